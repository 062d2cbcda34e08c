{{/* Who is given rights, and the right to know pull secrets. */}}

{{- define "slimgate.subject" -}}
- kind: ServiceAccount
  name: {{ include "slimgate.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{- define "slimgate.pullSecretRule" -}}
# Watched and not asked for by name. Only Secrets of the two types for registries are listed, which
# no rule can say.
- apiGroups: [""]
  resources: [secrets, serviceaccounts]
  verbs: [list, watch]
{{- end -}}
