using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tests.Schemas;

/// <summary>Kinds for the tests of this folder and its neighbours.</summary>
internal static class Kinds
{
    public static ServedKind BuiltIn(string kind) => BuiltInKinds.All.First(k => k.Definition.Kind == kind);

    /// <summary>A custom kind <c>Widget</c> whose spec has the given properties.</summary>
    public static ServedKind Widget(string specSchema)
    {
        var (kinds, findings) = CrdReader.Read(Crd($$$$"""{"type":"object","properties":{"spec":{{{{specSchema}}}},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}"""));
        return findings.Count == 0 ? kinds[0] : throw new InvalidOperationException(string.Join("; ", findings));
    }

    public static JsonObject Crd(string schema) => Parse($$$$"""
        {
          "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
          "metadata": {"name": "widgets.example.com"},
          "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "shortNames": ["wd"], "categories": ["all"]},
            "versions": [{
              "name": "v1", "served": true, "storage": true,
              "schema": {"openAPIV3Schema": {{{{schema}}}}},
              "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}},
              "additionalPrinterColumns": [
                {"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"},
                {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas", "priority": 1},
                {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
              ]
            }]
          }
        }
        """);

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    public static JsonObject WidgetObject(string spec) =>
        Parse($$$$"""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a","namespace":"default"},"spec":{{{{spec}}}}}""");
}
