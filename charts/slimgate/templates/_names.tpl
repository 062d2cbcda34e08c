{{/* Names and labels. */}}

{{/* The name of everything in the namespace: the release, with slimgate in it. */}}
{{- define "slimgate.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of what lies in nobody's namespace, or in another's: every namespace can have its own
release of the same name. */}}
{{- define "slimgate.clustername" -}}
{{- printf "%s.%s" (include "slimgate.fullname" .) .Release.Namespace -}}
{{- end -}}

{{/* The name of what belongs to the audit: a CronJob's has at most 52 characters. */}}
{{- define "slimgate.auditname" -}}
{{- printf "%s-audit" (include "slimgate.fullname" . | trunc 46 | trimSuffix "-") -}}
{{- end -}}

{{/* The same, in nobody's namespace or in another's. */}}
{{- define "slimgate.auditclustername" -}}
{{- printf "%s.%s" (include "slimgate.auditname" .) .Release.Namespace -}}
{{- end -}}

{{- define "slimgate.auditAccountName" -}}
{{- .Values.audit.serviceAccountName | default (include "slimgate.auditname" .) -}}
{{- end -}}

{{- define "slimgate.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "slimgate.fullname" .) -}}
{{- end -}}

{{/* The Secret of the serving certificate, whoever issues it. */}}
{{- define "slimgate.tlsSecret" -}}
{{- .Values.tls.existingSecret | default (printf "%s-tls" (include "slimgate.fullname" .)) -}}
{{- end -}}

{{- define "slimgate.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "slimgate.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "slimgate.labels" -}}
{{ include "slimgate.selectorLabels" . }}
{{ include "slimgate.commonLabels" . }}
{{- end -}}

{{/* Of the Pod of helm test: the Service must not take it for one of its own. */}}
{{- define "slimgate.testLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Of the Pods of the audit, likewise. */}}
{{- define "slimgate.auditLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-audit
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The image, as the Deployment names it and the webhook leaves it out. */}}
{{- define "slimgate.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}
{{- end -}}
