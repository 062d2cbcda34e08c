{{/* What follows from the values: "true" or nothing, and the namespaces that are guarded. */}}

{{/* Whether the webhook runs in the cluster. */}}
{{- define "slimgate.inCluster" -}}
{{- if not .Values.webhook.url -}}true{{- end -}}
{{- end -}}

{{/* Whether there may be several Pods. */}}
{{- define "slimgate.several" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) -}}true{{- end -}}
{{- end -}}

{{/* Whether pull secrets are read: in scope namespace, where nothing else is said. */}}
{{- define "slimgate.pullSecrets" -}}
{{- if kindIs "bool" .Values.pullSecrets.enabled -}}
{{- if .Values.pullSecrets.enabled -}}true{{- end -}}
{{- else if eq .Values.scope "namespace" -}}true{{- end -}}
{{- end -}}

{{/* The guarded namespaces of scope namespace, as YAML. */}}
{{- define "slimgate.namespaces" -}}
{{- toYaml (.Values.targetNamespaces | default (list .Release.Namespace)) -}}
{{- end -}}
