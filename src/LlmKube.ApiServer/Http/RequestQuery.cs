using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace LlmKube.ApiServer.Http;

/// <summary>How a request treats fields that the schema does not know.</summary>
internal enum FieldValidation
{
    Warn,
    Strict,
    Ignore,
}

/// <summary>The options that come in the query string, read and checked.</summary>
internal sealed record RequestQuery
{
    public string? LabelSelector { get; private init; }

    public string? FieldSelector { get; private init; }

    public int? Limit { get; private init; }

    public string? Continue { get; private init; }

    public string? ResourceVersion { get; private init; }

    public string? ResourceVersionMatch { get; private init; }

    public bool Watch { get; private init; }

    public bool AllowWatchBookmarks { get; private init; }

    public bool? SendInitialEvents { get; private init; }

    public TimeSpan? Timeout { get; private init; }

    public bool DryRun { get; private init; }

    public string? FieldManager { get; private init; }

    public FieldValidation FieldValidation { get; private init; }

    public bool? Force { get; private init; }

    public string? PropagationPolicy { get; private init; }

    public long? GracePeriodSeconds { get; private init; }

    /// <summary>What each row of a table carries: <c>None</c>, <c>Metadata</c> or <c>Object</c>.</summary>
    public string? IncludeObject { get; private init; }

    public static RequestQuery Read(IQueryCollection query) => new()
    {
        LabelSelector = Text(query, "labelSelector"),
        FieldSelector = Text(query, "fieldSelector"),
        Limit = Number(query, "limit") is { } limit and > 0 ? (int)Math.Min(limit, int.MaxValue) : null,
        Continue = Text(query, "continue"),
        ResourceVersion = Text(query, "resourceVersion"),
        ResourceVersionMatch = OneOf(query, "resourceVersionMatch", "Exact", "NotOlderThan"),
        Watch = Flag(query, "watch") ?? false,
        AllowWatchBookmarks = Flag(query, "allowWatchBookmarks") ?? false,
        SendInitialEvents = Flag(query, "sendInitialEvents"),
        Timeout = Number(query, "timeoutSeconds") is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null,
        DryRun = OneOf(query, "dryRun", "All") is not null,
        FieldManager = Text(query, "fieldManager"),
        FieldValidation = OneOf(query, "fieldValidation", "Ignore", "Warn", "Strict") is { } mode ? Enum.Parse<FieldValidation>(mode) : FieldValidation.Warn,
        Force = Flag(query, "force"),
        PropagationPolicy = OneOf(query, "propagationPolicy", "Orphan", "Background", "Foreground"),
        GracePeriodSeconds = Number(query, "gracePeriodSeconds"),
        IncludeObject = OneOf(query, "includeObject", "None", "Metadata", "Object"),
    };

    private static string? Text(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values.Count > 0 && values[^1] is { Length: > 0 } text ? text : null;

    private static bool? Flag(IQueryCollection query, string name) => Text(query, name) switch
    {
        null => query.ContainsKey(name) ? true : null,
        "true" or "True" or "TRUE" or "1" or "t" => true,
        "false" or "False" or "FALSE" or "0" or "f" => false,
        var other => throw Failures.BadRequest($"the parameter {name} must be true or false, not \"{other}\""),
    };

    private static long? Number(IQueryCollection query, string name) => Text(query, name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        var other => throw Failures.BadRequest($"the parameter {name} must be a number, not \"{other}\""),
    };

    private static string? OneOf(IQueryCollection query, string name, params ReadOnlySpan<string> allowed)
    {
        var text = Text(query, name);
        if (text is null || allowed.Contains(text))
        {
            return text;
        }

        throw Failures.BadRequest($"the parameter {name} does not allow \"{text}\"; it takes {string.Join(", ", allowed.ToArray())}");
    }
}
