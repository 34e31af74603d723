using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Events;

/// <summary>What an event says about what: two with equal values are one event that happened twice.</summary>
internal sealed record RecordedEvent(string ApiVersion, string Kind, ObjectKey About, string Uid, string Type, string Reason, string Message)
{
    internal const string Normal = "Normal";
    internal const string Warning = "Warning";

    internal static readonly ResourceDefinition Definition = new("", "v1", "Event", "events", Namespaced: true);

    // The limits of the API, and room for the suffix that makes an event's name unique.
    private const int MaxMessageLength = 1024;
    private const int MaxNamePrefixLength = 220;

    /// <summary>Events about objects without a namespace are in <c>default</c>, where describe looks for them.</summary>
    internal string Namespace => About.Namespace.Length == 0 ? "default" : About.Namespace;

    /// <summary>The object that the event belongs to, whatever it says.</summary>
    internal (string Kind, ObjectKey About, string Uid) Subject => (Kind, About, Uid);

    internal static RecordedEvent Of(IResource about, string type, string reason, string message) => new(
        about.ApiVersion,
        about.Kind,
        about.Key(),
        about.Metadata.Uid ?? "",
        type,
        reason,
        message.Length <= MaxMessageLength ? message : message[..(MaxMessageLength - 1)] + "…");

    internal string NewName(DateTimeOffset now, int unique)
    {
        var prefix = About.Name.Length <= MaxNamePrefixLength ? About.Name : About.Name[..MaxNamePrefixLength].TrimEnd('.', '-');
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}.{now.UtcTicks:x}{unique & 0xffff:x4}");
    }

    internal DynamicObject ToObject(string name, EventRecorderOptions reporter, int count, DateTimeOffset first, DateTimeOffset last) => new(new JsonObject
    {
        ["apiVersion"] = Definition.ApiVersion,
        ["kind"] = Definition.Kind,
        ["metadata"] = new JsonObject { ["namespace"] = Namespace, ["name"] = name },
        ["involvedObject"] = Reference(),
        ["type"] = Type,
        ["reason"] = Reason,
        ["message"] = Message,
        ["source"] = new JsonObject { ["component"] = reporter.Component, ["host"] = reporter.Instance },
        ["reportingComponent"] = reporter.Component,
        ["reportingInstance"] = reporter.Instance,
        ["count"] = count,
        ["firstTimestamp"] = Seconds(first),
        ["lastTimestamp"] = Seconds(last),
    });

    private JsonObject Reference()
    {
        var reference = new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = Kind, ["name"] = About.Name };
        if (About.Namespace.Length > 0)
        {
            reference["namespace"] = About.Namespace;
        }

        if (Uid.Length > 0)
        {
            reference["uid"] = Uid;
        }

        return reference;
    }

    internal static string Seconds(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
