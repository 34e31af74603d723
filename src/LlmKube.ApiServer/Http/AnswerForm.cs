using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LlmKube.ApiServer.Http;

/// <summary>What the client can read, and how it wants objects shown.</summary>
internal enum AnswerForm
{
    Object,

    /// <summary>meta.k8s.io/v1 PartialObjectMetadata.</summary>
    Metadata,

    /// <summary>meta.k8s.io/v1 Table: rows for people.</summary>
    Table,
}

/// <summary>Reads <c>Accept</c>: JSON is all that is served, and clients that prefer protobuf name JSON behind it.</summary>
internal static class Negotiation
{
    private const string Served = "application/json";

    /// <summary>The first form that the client lists and that is served here.</summary>
    public static AnswerForm Choose(HttpRequest request)
    {
        var accepted = Entries(request);
        if (accepted.Count == 0)
        {
            return AnswerForm.Object;
        }

        foreach (var entry in accepted.Where(IsJson))
        {
            switch (Parameter(entry, "as"))
            {
                case null:
                    return AnswerForm.Object;
                case "PartialObjectMetadata" or "PartialObjectMetadataList" when Parameter(entry, "v") is "v1" or "v1beta1":
                    return AnswerForm.Metadata;
                case "Table" when Parameter(entry, "v") is "v1" or "v1beta1":
                    return AnswerForm.Table;
            }
        }

        throw Failures.NotAcceptable(Served);
    }

    /// <summary>Whether the client reads aggregated discovery, and in which version.</summary>
    public static string? FindAggregatedDiscovery(HttpRequest request)
    {
        foreach (var entry in Entries(request).Where(IsJson))
        {
            switch (Parameter(entry, "as"))
            {
                case null:
                    return null;
                case "APIGroupDiscoveryList" when Parameter(entry, "g") == "apidiscovery.k8s.io" && Parameter(entry, "v") == "v2":
                    return "v2";
            }
        }

        return null;
    }

    private static List<MediaTypeHeaderValue> Entries(HttpRequest request)
    {
        var entries = new List<MediaTypeHeaderValue>();
        foreach (var part in request.Headers.Accept.SelectMany(line => (line ?? "").Split(',')))
        {
            if (MediaTypeHeaderValue.TryParse(part, out var entry) && entry.Quality is null or > 0)
            {
                entries.Add(entry);
            }
        }

        return [.. entries.OrderByDescending(entry => entry.Quality ?? 1)];
    }

    private static bool IsJson(MediaTypeHeaderValue entry) => entry.MediaType.Value?.ToLower(CultureInfo.InvariantCulture)
        is "application/json" or "*/*" or "application/*";

    private static string? Parameter(MediaTypeHeaderValue entry, string name) =>
        entry.Parameters.FirstOrDefault(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Value;
}
