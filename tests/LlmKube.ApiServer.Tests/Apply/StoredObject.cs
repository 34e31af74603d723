using System.Text.Json.Nodes;
using LlmKube.ApiServer.Apply;
using LlmKube.Kubernetes.Schemas;
using Shouldly;

namespace LlmKube.ApiServer.Tests.Apply;

/// <summary>One stored object and a clock that moves a minute a write: the smallest world in which ownership can be watched.</summary>
internal sealed class StoredObject(string apiVersion, string kind, Schema? schema, bool statusIsSubresource = true)
{
    private DateTimeOffset _now = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);

    public JsonObject? Value { get; private set; }

    /// <summary>Whether the last apply changed anything.</summary>
    public bool Changed { get; private set; }

    public static StoredObject Deployment() => new("apps/v1", "Deployment", CoreTypes.Get("io.k8s.api.apps.v1.Deployment"));

    public static StoredObject Pod() => new("v1", "Pod", CoreTypes.Get("io.k8s.api.core.v1.Pod"));

    public static StoredObject ConfigMap() => new("v1", "ConfigMap", CoreTypes.Get("io.k8s.api.core.v1.ConfigMap"));

    /// <summary>An object of a custom kind whose <c>spec</c> has the given schema.</summary>
    public static StoredObject Custom(string specSchema) => new("example.com/v1", "Thing", new Schema
    {
        Type = "object",
        Properties = new Dictionary<string, Schema>(StringComparer.Ordinal)
        {
            ["spec"] = SchemaJson.Read(Json.Object(specSchema)),
            ["status"] = new() { Type = "object", PreserveUnknownFields = true },
        },
    });

    public StoredObject Apply(string manager, string members, bool force = false, string? subresource = null)
    {
        var outcome = TryApply(manager, members, force, subresource);
        var applied = outcome.ShouldBeOfType<ApplyOutcome.Applied>((outcome as ApplyOutcome.Conflicts)?.Message);
        Value = applied.Object;
        Changed = applied.Changed;
        return this;
    }

    public ApplyOutcome.Conflicts Conflicts(string manager, string members, string? subresource = null) =>
        TryApply(manager, members, force: false, subresource).ShouldBeOfType<ApplyOutcome.Conflicts>();

    public ApplyOutcome TryApply(string manager, string members, bool force = false, string? subresource = null)
    {
        _now = _now.AddMinutes(1);
        return ServerSideApply.Apply(Value, Full(Json.Object(members)), new ApplyContext
        {
            Manager = manager,
            ApiVersion = apiVersion,
            Subresource = subresource,
            Force = force,
            Now = _now,
            Schema = schema,
            StatusIsSubresource = statusIsSubresource,
        });
    }

    /// <summary>Creates the object, or merges into it, as an update.</summary>
    public StoredObject Update(string manager, string members, string? subresource = null) =>
        Put(manager, Value is null ? Full(Json.Object(members)) : MergePatch.Apply(Value, Json.Object(members)), subresource);

    /// <summary>Stores the whole object as an update.</summary>
    public StoredObject Put(string manager, JsonObject value, string? subresource = null)
    {
        _now = _now.AddMinutes(1);
        Value = ManagedFields.RecordUpdate(Value, value, new ApplyContext
        {
            Manager = manager,
            ApiVersion = apiVersion,
            Subresource = subresource,
            Now = _now,
            Schema = schema,
            StatusIsSubresource = statusIsSubresource,
        });
        return this;
    }

    public JsonNode? this[string member] => Value?[member];

    /// <summary>The entry of a manager, or null.</summary>
    public JsonObject? Entry(string manager, string operation = "Apply") => Entries
        .FirstOrDefault(entry => entry["manager"]!.GetValue<string>() == manager && entry["operation"]!.GetValue<string>() == operation);

    public IEnumerable<JsonObject> Entries => (Value?["metadata"]?["managedFields"] as JsonArray ?? []).Select(entry => entry!.AsObject());

    /// <summary>The paths that a manager owns, sorted as text, one a line.</summary>
    public string Owned(string manager, string operation = "Apply") => Entry(manager, operation) is { } entry
        ? string.Join(' ', FieldsV1.TryRead(entry["fieldsV1"])!.Paths().Select(PathElement.Display))
        : "";

    private JsonObject Full(JsonObject members)
    {
        members.Insert(0, "apiVersion", apiVersion);
        members.Insert(1, "kind", kind);
        if (members["metadata"] is not JsonObject metadata)
        {
            metadata = [];
            members["metadata"] = metadata;
        }

        metadata["name"] = "it";
        return members;
    }
}
