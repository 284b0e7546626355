{{/* The settings of orders-service: the same numbers as the platform's. */}}
{{- define "shop.ordersConfig" -}}
{{- with .Values.ordersService }}
EBBTIDE_GRACE: {{ .budget.grace }}s
EBBTIDE_LAME_DUCK: {{ .budget.lameDuck }}s
EBBTIDE_DRAIN: {{ .budget.drain }}s
EBBTIDE_STOP: {{ .budget.stop }}s
EBBTIDE_MARGIN: {{ .budget.margin }}s
EBBTIDE_MANAGEMENT_PORT: "8558"
ORDERS_PORT: "8080"
ORDERS_POOL_SIZE: {{ .poolSize | quote }}
{{- end }}
{{- end }}

{{/* A name with a hash of the content, as kustomize makes it: a changed number rolls the pods. */}}
{{- define "shop.hashed" -}}
{{- $hash := dict "kind" "ConfigMap" "name" "" "data" .data | toJson | sha256sum | trunc 10 -}}
{{ .name }}-{{ $hash | replace "0" "g" | replace "1" "h" | replace "3" "k" | replace "a" "m" | replace "e" "t" }}
{{- end }}

{{- define "shop.ordersConfigName" -}}
{{- include "shop.hashed" (dict "name" "orders-service-env" "data" (include "shop.ordersConfig" . | fromYaml)) -}}
{{- end }}

{{- define "shop.frontendConfigName" -}}
{{- include "shop.hashed" (dict "name" "frontend-nginx" "data" (dict "nginx.conf" (.Files.Get "files/nginx.conf"))) -}}
{{- end }}

{{/* Of orders-service and its canary: a dict of root, name, tag, maxSurge, mesh. */}}
{{- define "shop.ordersDeploymentSpec" -}}
revisionHistoryLimit: 10
# A new pod must have been ready for this long before an old one is shut down.
minReadySeconds: {{ .root.Values.ordersService.minReadySeconds }}
# Longer than the start may take (300 s) and the balancer needs to take the pod in.
progressDeadlineSeconds: {{ .root.Values.ordersService.progressDeadlineSeconds }}
strategy:
  type: RollingUpdate
  rollingUpdate:
    maxSurge: {{ .maxSurge }}
    maxUnavailable: 0
selector:
  matchLabels:
    app.kubernetes.io/name: {{ .name }}
template:
  metadata:
    labels:
      app.kubernetes.io/name: {{ .name }}
      # Both: monitors and their network policy go by this one.
      app.kubernetes.io/component: backend
      app.kubernetes.io/part-of: shop
      {{- if .mesh }}
      sidecar.istio.io/inject: "true"
      {{- end }}
    annotations:
      kubectl.kubernetes.io/default-container: orders-service
      {{- if .mesh }}
      sidecar.istio.io/nativeSidecar: "true"
      # As long as lame duck and drain take, where the mesh is too old for native sidecars.
      proxy.istio.io/config: |
        holdApplicationUntilProxyStarts: true
        terminationDrainDuration: {{ add .root.Values.ordersService.budget.lameDuck .root.Values.ordersService.budget.drain }}s
      # Probes and scrapes do not go through the sidecar.
      traffic.sidecar.istio.io/excludeInboundPorts: "8558"
      sidecar.istio.io/proxyCPU: 100m
      sidecar.istio.io/proxyMemory: 128Mi
      {{- end }}
  spec:
    serviceAccountName: orders-service
    automountServiceAccountToken: false
    # Or a Service of this namespace that is named ebbtide-... sets variables that look like ours.
    enableServiceLinks: false
    # The whole time from deletion to the kill. EBBTIDE_GRACE gives the process the same number. No preStop: the process
    # itself continues to serve while endpoints, balancers and clients learn of its removal, and ends early once they have.
    terminationGracePeriodSeconds: {{ .root.Values.ordersService.budget.grace }}
    securityContext:
      runAsNonRoot: true
      runAsUser: 10001
      runAsGroup: 10001
      fsGroup: 10001
      seccompProfile:
        type: RuntimeDefault
    topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: ScheduleAnyway
        labelSelector:
          matchLabels:
            app.kubernetes.io/name: {{ .name }}
        # Pods of this rollout alone: otherwise those that shut down are counted, and new ones share nodes.
        matchLabelKeys:
          - pod-template-hash
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: ScheduleAnyway
        labelSelector:
          matchLabels:
            app.kubernetes.io/name: {{ .name }}
        matchLabelKeys:
          - pod-template-hash
    containers:
      - name: orders-service
        image: {{ .root.Values.ordersService.image.repository }}:{{ .tag }}
        terminationMessagePolicy: FallbackToLogsOnError
        # Exec form: java is process 1 and gets SIGTERM itself. A shell would not hand it on.
        command:
          - java
          - -XX:MaxRAMPercentage=75
          - -XX:+ExitOnOutOfMemoryError
          - -cp
          - /app/*
          - io.ebbtide.examples.orders.OrdersService
        ports:
          - name: http
            containerPort: 8080
          - name: management
            containerPort: 8558
        envFrom:
          - configMapRef:
              name: {{ include "shop.ordersConfigName" .root }}
        env:
          # Both hold credentials: jdbc:postgresql://host/orders?user=...&password=..., redis://:password@host
          - name: ORDERS_JDBC_URL
            valueFrom:
              secretKeyRef:
                name: orders-stores
                key: jdbc-url
          - name: ORDERS_REDIS_URI
            valueFrom:
              secretKeyRef:
                name: orders-stores
                key: redis-uri
        # Up to 5 minutes to start. The other two wait for it, so none of them needs an initial delay.
        startupProbe:
          httpGet:
            path: /health/startup
            port: management
          periodSeconds: 5
          timeoutSeconds: 2
          failureThreshold: 60
        livenessProbe:
          httpGet:
            path: /health/live
            port: management
          periodSeconds: 10
          timeoutSeconds: 2
          failureThreshold: 3
        # Checks have their own hysteresis, so one failed answer is enough.
        readinessProbe:
          httpGet:
            path: /health/ready
            port: management
          periodSeconds: 5
          timeoutSeconds: 2
          failureThreshold: 1
        # The autoscaler's share is of the CPU request. No CPU limit: throttled while it starts or drains, a service misses
        # its own deadlines.
        resources:
          {{- toYaml .root.Values.ordersService.resources | nindent 12 }}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities:
            drop:
              - ALL
        volumeMounts:
          - name: tmp
            mountPath: /tmp
    volumes:
      - name: tmp
        emptyDir:
          sizeLimit: 64Mi
{{- end }}

{{/* Where requests for orders go, and in which shares. */}}
{{- define "shop.ordersBackends" -}}
- name: orders-service
  port: 80
{{- if .Values.canary.enabled }}
  weight: {{ sub 100 .Values.canary.weight }}
- name: orders-service-canary
  port: 80
  weight: {{ .Values.canary.weight }}
{{- end }}
{{- end }}
