{{/* Who is given rights, and rights that are given in several places. */}}

{{- define "slimgate.subject" -}}
- kind: ServiceAccount
  name: {{ include "slimgate.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{- define "slimgate.namespaceRule" -}}
- apiGroups: [""]
  resources: [namespaces]
  {{- if eq .Values.scope "namespace" }}
  resourceNames:
    {{- include "slimgate.namespaces" . | nindent 4 }}
  {{- end }}
  verbs: [get, list, watch]
{{- end -}}

{{- define "slimgate.pullSecretRule" -}}
# Watched and not asked for by name. Only Secrets of the two types for registries are listed, which
# no rule can say.
- apiGroups: [""]
  resources: [secrets, serviceaccounts]
  verbs: [list, watch]
{{- end -}}

{{- define "slimgate.auditSubject" -}}
- kind: ServiceAccount
  name: {{ include "slimgate.auditAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{/* To see what runs in a namespace, and to tell of it. */}}
{{- define "slimgate.auditRules" -}}
{{- $verbs := ternary "[get, list]" "[list]" .Values.audit.events -}}
- apiGroups: [""]
  resources: [pods, replicationcontrollers]
  verbs: {{ $verbs }}
- apiGroups: [apps]
  resources: [daemonsets, deployments, replicasets, statefulsets]
  verbs: {{ $verbs }}
- apiGroups: [batch]
  resources: [cronjobs, jobs]
  verbs: {{ $verbs }}
{{- if .Values.audit.events }}
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end }}
{{- if .Values.audit.reports }}
- apiGroups: [wgpolicyk8s.io]
  resources: [policyreports]
  verbs: [list, create, update, delete]
- apiGroups: [openreports.io]
  resources: [reports]
  verbs: [list, create, update, delete]
{{- end }}
{{- if include "slimgate.pullSecrets" . }}
{{ include "slimgate.pullSecretRule" . }}
{{- end }}
{{- end -}}
