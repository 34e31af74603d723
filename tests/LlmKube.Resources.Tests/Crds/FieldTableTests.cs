using LlmKube.CrdGenerator;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Resources.Tests.Crds;

/// <summary>Every field of the existing CRDs is in ours, with the same type, default and limits.</summary>
public sealed class FieldTableTests
{
    /// <summary>Where ours differ on purpose, and why.</summary>
    private static readonly Dictionary<string, string> s_differences = new(StringComparer.Ordinal)
    {
        // Takes an object too; its meaning is checked by admission and by the reconciler.
        ["Model spec.source"] = "any required",

        // What the existing kind takes, and one value more.
        ["Model spec.refreshPolicy"] = "string default=IfNotPresent enum=IfNotPresent,OnChange,Canary",

        // The existing table does not say the format of this one; ours is a 64-bit integer.
        ["InferenceService spec.rolloutPolicy.idleTimeoutSeconds"] = "integer default=300 min=0 format=int64",
    };

    private static readonly Dictionary<string, Dictionary<string, string>> s_ours = Ours();

    public static TheoryData<string, string, string> Fields()
    {
        var data = new TheoryData<string, string, string>();
        using var reader = new StreamReader(typeof(FieldTableTests).Assembly.GetManifestResourceStream("fields.tsv")!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#') && line.Split('\t') is [var kind, var path, var type, .. var rules])
            {
                data.Add(kind, path, $"{type} {string.Join(' ', rules)}".Trim());
            }
        }

        return data;
    }

    [Fact]
    public void Every_field_of_the_existing_kinds_is_there_with_the_same_rules()
    {
        var faults = new List<string>();
        foreach (var row in Fields())
        {
            var (kind, path, rules) = row.Data;
            // An empty text as a default says nothing, and API servers before Kubernetes 1.21 refuse a definition that has one.
            var expected = s_differences.GetValueOrDefault($"{kind} {path}", rules.EndsWith(" default=", StringComparison.Ordinal) ? rules[..^" default=".Length] : rules);
            var found = s_ours[kind].GetValueOrDefault(path);
            if (Sorted(Comparable(found, expected)) != Sorted(expected))
            {
                faults.Add($"{kind} {path}: expected '{expected}', found '{found ?? "nothing"}'");
            }
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Only_these_fields_are_ours_alone()
    {
        var known = Fields().Select(row => $"{row.Data.Item1} {row.Data.Item2}").ToHashSet(StringComparer.Ordinal);
        var opaque = Fields().Where(row => Words(row.Data.Item3).Any(word => word is "core" or "condition")).Select(row => $"{row.Data.Item1} {row.Data.Item2}").ToArray();

        s_ours.SelectMany(kind => kind.Value.Keys.Select(path => $"{kind.Key} {path}"))
            .Where(field => !known.Contains(field) && !Array.Exists(opaque, prefix => field.StartsWith(prefix + ".", StringComparison.Ordinal) || field.StartsWith(prefix + "[]", StringComparison.Ordinal)))
            .ShouldBe(
            [
                "InferenceService status.fetch", "InferenceService status.fetch.bytesDone", "InferenceService status.fetch.bytesPerSecond",
                "InferenceService status.fetch.bytesTotal", "InferenceService status.fetch.secondsLeft",
                "InferenceService status.observedGeneration",
                "InferenceService status.placement",
                "InferenceService status.placement.nodeName",
                "InferenceService status.placement.reason",
                "InferenceService status.placement.type",
                "InferenceService status.selector",
                "InferenceService status.traffic", "InferenceService status.traffic[].errors", "InferenceService status.traffic[].requests", "InferenceService status.traffic[].router",
                "Model spec.canary", "Model spec.canary.maxErrorPercent", "Model spec.canary.minRequests", "Model spec.canary.observeSeconds", "Model spec.canary.readySeconds", "Model spec.canary.weight",
                "Model spec.verify", "Model spec.verify.keys", "Model spec.verify.keys.name", "Model spec.verify.policy",
                "Model status.canary", "Model status.canary.errors", "Model status.canary.generation", "Model status.canary.message", "Model status.canary.phase",
                "Model status.canary.readySince", "Model status.canary.requests", "Model status.canary.since", "Model status.canary.version",
                "Model status.fetch", "Model status.fetch.bytesDone", "Model status.fetch.bytesPerSecond", "Model status.fetch.bytesTotal", "Model status.fetch.secondsLeft",
                "Model status.imageRoot",
                "Model status.observedGeneration",
                "Model status.resolvedFrom", "Model status.resolvedRevision", "Model status.resolvedSecret", "Model status.resolvedSource", "Model status.resolvedVersion",
                "Model status.versions", "Model status.versions[].since", "Model status.versions[].version",
            ]);
    }

    /// <summary>Where the table calls a field an opaque core structure, its inner rules are not compared.</summary>
    private static string Comparable(string? found, string expected)
    {
        if (found is null)
        {
            return "";
        }

        return Words(expected).LastOrDefault(word => word is "core" or "condition") is { } mark ? $"{found} {mark}" : found;
    }

    private static string Sorted(string rules) => string.Join(' ', Words(rules).Order(StringComparer.Ordinal));

    private static string[] Words(string rules) => rules.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, Dictionary<string, string>> Ours()
    {
        var descriptions = Descriptions.Of(typeof(Model).Assembly);
        return new(StringComparer.Ordinal)
        {
            ["InferenceService"] = FieldTable.Of(CrdDocument.Of<InferenceService>(descriptions)),
            ["Model"] = FieldTable.Of(CrdDocument.Of<Model>(descriptions)),
        };
    }
}
