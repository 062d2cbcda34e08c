{{/* What all Pods of the chart have in common: they may do nothing but their work. */}}

{{- define "slimgate.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "slimgate.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Volumes and their mounts, of the chart's own volumes (YAML) and the context: with those besides. */}}
{{- define "slimgate.mounts" -}}
{{- $context := last . -}}
{{- range fromYamlArray (first .) }}
- name: {{ .name }}
  mountPath: {{ printf "%s/%s" (include "slimgate.folder" $context) .name }}
  readOnly: true
{{- end }}
{{- with $context.Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "slimgate.podVolumes" -}}
{{- first . }}
{{- with (last .).Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Where they run, and by whose image. */}}
{{- define "slimgate.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Whom they may ask: names, the API server and registries. */}}
{{- define "slimgate.egress" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
- ports:
    - port: 443
      protocol: TCP
    - port: 6443
      protocol: TCP
{{- with .Values.networkPolicy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}
