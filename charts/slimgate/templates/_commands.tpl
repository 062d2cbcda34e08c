{{/* The command lines of slimgate serve and slimgate audit, one argument a line. The Deployment and the
CronJob run them; the notes print them for a webhook outside of the cluster, with files in a folder
where they are typed. */}}

{{- define "slimgate.folder" -}}
{{- ternary "/etc/slimgate" "slimgate" (eq (include "slimgate.inCluster" .) "true") -}}
{{- end -}}

{{/* The port to listen on: that of the URL, for a webhook outside. */}}
{{- define "slimgate.port" -}}
{{- regexFind "[0-9]+$" (urlParse .Values.webhook.url).host | default 8443 -}}
{{- end -}}

{{/* By which policies they judge, and how they read images. */}}
{{- define "slimgate.lawArgs" -}}
{{- $folder := include "slimgate.folder" . -}}
{{- range .Values.policies }}
--policies={{ . }}
{{- end }}
{{- if .Values.inlinePolicies }}
--policies={{ $folder }}/policies
{{- end }}
{{- if .Values.existingPolicies.configMap }}
--policies={{ $folder }}/existing-policies
{{- end }}
{{- if .Values.settings }}
--config={{ $folder }}/settings/settings.yaml
{{- end }}
{{- if .Values.dockerConfig.secret }}
--docker-config={{ $folder }}/docker/config.json
{{- end }}
{{- end -}}

{{/* What they know of the cluster. */}}
{{- define "slimgate.clusterArgs" -}}
{{- if include "slimgate.pullSecrets" . }}
{{- include "slimgate.perNamespace" (list "--pull-secrets" .) }}
{{- end }}
{{- if .Values.namespaceLabels.enabled }}
{{- include "slimgate.perNamespace" (list "--namespace-labels" .) }}
{{- end }}
{{- end -}}

{{- define "slimgate.args" -}}
{{- $folder := include "slimgate.folder" . -}}
serve
{{- include "slimgate.lawArgs" . }}
--webhook-configuration={{ include "slimgate.clustername" . }}
{{- range fromYamlArray (include "slimgate.hosts" .) }}
--tls-host={{ . }}
{{- end }}
{{- if eq .Values.tls.mode "self" }}
--tls-secret={{ .Release.Namespace }}/{{ include "slimgate.tlsSecret" . }}
{{- else }}
--tls-cert={{ $folder }}/tls/tls.crt
--tls-key={{ $folder }}/tls/tls.key
{{- end }}
{{- include "slimgate.clusterArgs" . }}
{{- if not (hasKey .Values.settings "timeout") }}
--timeout={{ .Values.webhook.timeoutSeconds }}
{{- end }}
--port={{ include "slimgate.port" . }}
--status-port=8080
{{- end -}}

{{- define "slimgate.auditArgs" -}}
audit
{{- include "slimgate.lawArgs" . }}
{{- if eq .Values.scope "cluster" }}
--all-namespaces
{{- else }}
{{- include "slimgate.perNamespace" (list "--namespace" .) }}
{{- end }}
{{- include "slimgate.clusterArgs" . }}
{{- if .Values.audit.reports }}
--report-objects
--webhook-configuration={{ include "slimgate.clustername" . }}
{{- end }}
{{- if .Values.audit.events }}
--events
{{- end }}
{{- /* That of the settings is for reviews. */}}
--timeout=30
--fail-on=never
--output={{ .Values.audit.output }}
{{- end -}}

{{/* A flag for each guarded namespace, or for all there are. */}}
{{- define "slimgate.perNamespace" -}}
{{- $flag := first . -}}
{{- with last . -}}
{{- range eq .Values.scope "cluster" | ternary (list "*") (fromYamlArray (include "slimgate.namespaces" .)) }}
{{ $flag }}={{ . }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* What the serving certificate is for, as YAML: first what the API server calls. */}}
{{- define "slimgate.hosts" -}}
{{- if include "slimgate.inCluster" . -}}
{{- $service := printf "%s.%s" (include "slimgate.fullname" .) .Release.Namespace -}}
- {{ $service }}.svc
- {{ $service }}.svc.cluster.local
- {{ $service }}
{{- else -}}
- {{ (urlParse .Values.webhook.url).hostname | quote }}
{{- end -}}
{{- end -}}

{{/* The files that these arguments name: each volume is mounted in the folder, under its name. */}}
{{- define "slimgate.volumes" -}}
{{- if ne .Values.tls.mode "self" }}
- name: tls
  secret:
    secretName: {{ include "slimgate.tlsSecret" . }}
    defaultMode: 0440
{{- end }}
{{- include "slimgate.lawVolumes" . }}
{{- end -}}

{{- define "slimgate.lawVolumes" -}}
{{- if .Values.inlinePolicies }}
- name: policies
  configMap:
    name: {{ include "slimgate.fullname" . }}-policies
{{- end }}
{{- with .Values.existingPolicies.configMap }}
- name: existing-policies
  configMap:
    name: {{ . }}
{{- end }}
{{- if .Values.settings }}
- name: settings
  configMap:
    name: {{ include "slimgate.fullname" . }}-settings
{{- end }}
{{- with .Values.dockerConfig.secret }}
- name: docker
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - key: .dockerconfigjson
        path: config.json
{{- end }}
{{- end -}}
