# Builds the bundle with everything, and runs it with what it needs alone: no compiler, no sources, nobody's rights.
FROM node:24-bookworm-slim AS build
WORKDIR /app
# The development dependency `node` brings Node 24 for machines without it; this image has it.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
# git makes drafts, and serves the sample in local mode.
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/dropins dropins
COPY --from=build /app/examples examples
COPY --from=build /app/package.json /app/app.yml /app/LICENSE ./
RUN mkdir /data && chown node:node /data && chmod 700 /data
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8099 PATCHWORK_DATA=/data
VOLUME /data
EXPOSE 8099
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "dist/patchworkmcp.js"]
CMD ["serve"]
