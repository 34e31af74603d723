using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Tests;

/// <summary>A custom kind for tests: validated, defaulted, with status and scale, in two versions.</summary>
internal static class Things
{
    public const string InDefault = "/apis/example.com/v1/namespaces/default/things";
    public const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    public static JsonObject Definition() => (JsonObject)JsonNode.Parse("""
        {
          "apiVersion": "apiextensions.k8s.io/v1",
          "kind": "CustomResourceDefinition",
          "metadata": { "name": "things.example.com" },
          "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": { "kind": "Thing", "plural": "things", "shortNames": ["th"] },
            "versions": [
              { "name": "v1", "served": true, "storage": true, "subresources": {
                  "status": {}, "scale": { "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector" } },
                "schema": { "openAPIV3Schema": { "type": "object", "required": ["spec"], "properties": {
                  "spec": { "type": "object", "required": ["size"], "properties": {
                    "size": { "type": "string", "enum": ["small", "large"] },
                    "replicas": { "type": "integer", "default": 1, "minimum": 0 } } },
                  "status": { "type": "object", "properties": {
                    "phase": { "type": "string" }, "replicas": { "type": "integer" }, "selector": { "type": "string" } } } } } } },
              { "name": "v1alpha1", "served": true, "storage": false, "subresources": { "status": {} },
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }
            ]
          }
        }
        """)!;

    public static JsonObject Thing(string name, string size = "small") => new()
    {
        ["apiVersion"] = "example.com/v1",
        ["kind"] = "Thing",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["size"] = size },
    };
}
