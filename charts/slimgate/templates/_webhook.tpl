{{/* What the webhooks for Pods and for controllers have in common. */}}

{{- define "slimgate.webhook" -}}
admissionReviewVersions: [v1]
sideEffects: None
# Requests for other versions of the same resource are looked at as well.
matchPolicy: Equivalent
timeoutSeconds: {{ .Values.webhook.timeoutSeconds }}
namespaceSelector:
  matchExpressions:
    {{- if eq .Values.scope "namespace" }}
    - key: kubernetes.io/metadata.name
      operator: In
      values:
        {{- toYaml (.Values.targetNamespaces | default (list .Release.Namespace)) | nindent 8 }}
    {{- else if eq .Values.clusterSelection "optIn" }}
    - key: slimgate.dev/admission
      operator: In
      values: [enabled]
    {{- else }}
    - key: slimgate.dev/admission
      operator: NotIn
      values: [disabled]
    {{- end }}
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values: [kube-system]
clientConfig:
  service:
    name: {{ include "slimgate.fullname" . }}
    namespace: {{ .Release.Namespace }}
    path: /validate
    port: {{ .Values.service.port }}
  caBundle: {{ .Values.tls.caBundle }}
{{- end -}}

{{/* Updates that cannot change which images run need no answer, nor does what is going away. */}}
{{- define "slimgate.matchConditions" -}}
- name: not-being-deleted
  expression: "!has(object.metadata.deletionTimestamp)"
- name: spec-is-new
  expression: request.operation == "CREATE" || object.spec != oldObject.spec
{{- with .Values.webhook.matchConditions }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* CEL: some container, of any kind, runs another image than the webhook's own. */}}
{{- define "slimgate.notItself" -}}
{{- $own := printf "all(c, c.image == '%s')" (include "slimgate.image" .) -}}
!(object.spec.containers.{{ $own }}
{{- range list "initContainers" "ephemeralContainers" }} && (!has(object.spec.{{ . }}) || object.spec.{{ . }}.{{ $own }}){{- end -}}
)
{{- end -}}
