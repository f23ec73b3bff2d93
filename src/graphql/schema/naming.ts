import "postgraphile";

/**
 * The names of the schema. Every key starts with the tenant, so that a reference to another tenant's row cannot be
 * stored, but clients need not know: `conversation.contact`, not `contactByTenantIdAndContactId`. A row's own id is `id`, Relay's is `nodeId`.
 */
export const Naming: GraphileConfig.Plugin = {
  name: "ParleyNaming",
  version: "1.0.0",
  inflection: {
    // simplify-inflection renames fields that this schema does not have, and would print a warning at every start.
    add: { nodeById: (_preset, typeName) => `${typeName}ByNodeId` },
    replace: {
      nodeIdFieldName: () => "nodeId",

      _attributeName(previous, _preset, details) {
        const name = previous!({ ...details, skipRowId: true });
        // A node of a chatbot's graph.
        return name === "node_id" ? "graph_node_id" : name;
      },

      _getBaseNameFromKeys(previous, _preset, keys) {
        return previous!(keys.length > 1 ? keys.filter((key) => key.attributeName !== "tenant_id") : keys);
      },

      /** The result of a mutation is named after its type: `sendMessage { message { … } }`. */
      functionMutationResultFieldName(_previous, _preset, { resource, returnGraphQLTypeName }) {
        const named = resource.extensions?.tags?.resultFieldName;
        return typeof named === "string" ? named : this.camelCase(returnGraphQLTypeName);
      },

      // Only tables with composite keys are changed by nodeId, so the name needs no suffix.
      updateNodeField(_previous, _preset, { resource }) {
        return this.camelCase(`update-${this.singularize(resource.name)}`);
      },
      updateNodeInputType(_previous, _preset, { resource }) {
        return this.upperCamelCase(`update-${this.singularize(resource.name)}-input`);
      },
      deleteNodeField(_previous, _preset, { resource }) {
        return this.camelCase(`delete-${this.singularize(resource.name)}`);
      },
      deleteNodeInputType(_previous, _preset, { resource }) {
        return this.upperCamelCase(`delete-${this.singularize(resource.name)}-input`);
      },
    },
  },
};
