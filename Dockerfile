FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/ensure-installed.mjs scripts/
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts
RUN mkdir state

FROM node:24-slim
LABEL org.opencontainers.image.title="Plumbline" \
      org.opencontainers.image.description="Keeps a Microsoft Entra tenant's API connectors true to the YAML in a git repository" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    PLUMBLINE_CONFIG=/etc/plumbline/plumbline.yaml \
    PLUMBLINE_STORE=/var/lib/plumbline/state.db \
    PLUMBLINE_HEALTH_URL=http://127.0.0.1:8080/healthz
WORKDIR /app
COPY package.json LICENSE ./
COPY schemas schemas
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# The only place that is written: a volume made from it belongs to the user below.
COPY --from=build --chown=65532:65532 /app/state /var/lib/plumbline
VOLUME /var/lib/plumbline
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(process.env.PLUMBLINE_HEALTH_URL).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# A small young generation keeps a service of a thousand tenants under 256 MiB.
ENTRYPOINT ["node", "--max-semi-space-size=2", "/app/dist/main.js"]
CMD ["serve"]
