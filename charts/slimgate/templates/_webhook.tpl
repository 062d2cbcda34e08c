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
        {{- include "slimgate.namespaces" . | nindent 8 }}
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
  {{- if include "slimgate.inCluster" . }}
  service:
    name: {{ include "slimgate.fullname" . }}
    namespace: {{ .Release.Namespace }}
    path: /validate
    port: {{ .Values.service.port }}
  {{- else }}
  url: {{ .Values.webhook.url | quote }}
  {{- end }}
  {{- with .Values.tls.caBundle }}
  caBundle: {{ . }}
  {{- end }}
{{- end -}}

{{/* What is going away needs no answer. */}}
{{- define "slimgate.notBeingDeleted" -}}
- name: not-being-deleted
  expression: "!has(object.metadata.deletionTimestamp)"
{{- end -}}

{{/* CEL: the Pod is new, or names other images than before. Containers keep their order. */}}
{{- define "slimgate.imagesAreNew" -}}
request.operation == "CREATE"
{{- range list "containers" "initContainers" "ephemeralContainers" }}
|| object.spec.?{{ . }}.orValue([]).map(c, c.image) != oldObject.spec.?{{ . }}.orValue([]).map(c, c.image)
{{- end }}
{{- end -}}

{{/* CEL: the controller is new, or its Pods would be others than before. */}}
{{- define "slimgate.templateIsNew" -}}
request.operation == "CREATE"
{{- range list "template" "jobTemplate" }}
|| object.spec.?{{ . }} != oldObject.spec.?{{ . }}
{{- end }}
{{- end -}}

{{/* CEL: nobody reads the warnings on what a Deployment or CronJob makes; it was warned itself. */}}
{{- define "slimgate.notMadeByAnother" -}}
!object.metadata.?ownerReferences.orValue([]).exists(o,
o.?controller.orValue(false) && o.kind in ["Deployment", "CronJob"])
{{- end -}}

{{/* CEL: some container, of any kind, runs another image than the webhook's own. */}}
{{- define "slimgate.notItself" -}}
{{- $own := printf "all(c, c.image == '%s')" (include "slimgate.image" .) -}}
!(object.spec.containers.{{ $own }}
{{- range list "initContainers" "ephemeralContainers" }}
&& (!has(object.spec.{{ . }}) || object.spec.{{ . }}.{{ $own }})
{{- end -}}
)
{{- end -}}
