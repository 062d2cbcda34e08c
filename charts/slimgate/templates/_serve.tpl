{{/* The command line of slimgate serve, one argument a line. The Deployment runs it; the notes print
it for a webhook outside of the cluster, with files in a folder where it is typed. */}}

{{- define "slimgate.folder" -}}
{{- ternary "/etc/slimgate" "slimgate" (eq (include "slimgate.inCluster" .) "true") -}}
{{- end -}}

{{/* The port to listen on: that of the URL, for a webhook outside. */}}
{{- define "slimgate.port" -}}
{{- regexFind "[0-9]+$" (urlParse .Values.webhook.url).host | default 8443 -}}
{{- end -}}

{{- define "slimgate.args" -}}
{{- $folder := include "slimgate.folder" . -}}
serve
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
{{- if include "slimgate.pullSecrets" . }}
{{- include "slimgate.perNamespace" (list "--pull-secrets" .) }}
{{- end }}
{{- if .Values.namespaceLabels.enabled }}
{{- include "slimgate.perNamespace" (list "--namespace-labels" .) }}
{{- end }}
{{- if not (hasKey .Values.settings "timeout") }}
--timeout={{ .Values.webhook.timeoutSeconds }}
{{- end }}
--port={{ include "slimgate.port" . }}
--status-port=8080
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
