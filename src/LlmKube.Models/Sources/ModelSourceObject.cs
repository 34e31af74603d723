using System.Text.Json;

namespace LlmKube.Models.Sources;

/// <summary>Reads the object form of a source: a type, that type's fields, and nothing else.</summary>
/// <remarks>Each object is turned into the string that says the same and read by <see cref="ModelSourceParser"/>, so that both forms obey one set of rules.</remarks>
public static class ModelSourceObject
{
    private const string Types = "local, pvc, s3, http, oci, huggingface or repository";

    /// <summary>Reads either form as it stands in a manifest.</summary>
    public static SourceParseResult Parse(JsonElement source) => source.ValueKind switch
    {
        JsonValueKind.String => ModelSourceParser.Parse(source.GetString() ?? ""),
        JsonValueKind.Object => ParseObject(source),
        _ => SourceParseResult.Wrong("A source is a string or an object with a type."),
    };

    /// <summary>
    /// Reads either form. A model of a repository is what it was resolved to, once it was: the source that has its files, with the Secret
    /// of the repository. One whose new versions are tried is the version that was chosen.
    /// </summary>
    public static SourceParseResult Parse(JsonElement source, string? resolvedSource, string? resolvedSecret) => Parse(source) switch
    {
        SourceParseResult.Parsed { Source: ModelSource.Repository } when resolvedSource is { Length: > 0 } && ModelSourceParser.Parse(resolvedSource) is SourceParseResult.Parsed resolved =>
            new SourceParseResult.Parsed(resolved.Source with { SecretName = resolvedSecret }, resolved.Text),
        SourceParseResult.Parsed { Source: var moving } when resolvedSource is { Length: > 0 } && MovingSource.Moves(moving)
            && ModelSourceParser.Parse(resolvedSource) is SourceParseResult.Parsed { Source: var at } resolved && !MovingSource.Moves(at) && MovingSource.AreOfOneModel(moving, at) =>
            new SourceParseResult.Parsed((at is ModelSource.Oci image && moving is ModelSource.Oci tagged ? image with { Mode = tagged.Mode } : at) with { SecretName = moving.SecretName }, resolved.Text),
        var parsed => parsed,
    };

    private static SourceParseResult ParseObject(JsonElement source)
    {
        var fields = new Fields(source);
        var parsed = fields.Required("type") switch
        {
            null => null,
            "local" => Read(fields, fields.Required("path")),
            "pvc" => Read(fields, $"pvc://{fields.Required("claimName")}/{fields.Required("path")}"),
            "http" => Read(fields, fields.Required("url")),
            "s3" => S3(fields),
            "oci" => Oci(fields),
            "huggingface" => HuggingFace(fields),
            "repository" => Read(fields, new ModelSource.Repository(fields.Required("repository") ?? "", fields.Required("model") ?? "", fields.Optional("tag"), fields.Optional("version")).ToSourceString()),
            var other => fields.Wrong("type", $"The type '{other}' is not known. Write {Types}."),
        };
        var secret = fields.Secret();
        fields.RefuseOthers();
        if (fields.Findings.Count > 0)
        {
            return new SourceParseResult.Invalid(fields.Findings);
        }

        return parsed is SourceParseResult.Parsed { Source: var found, Text: var text }
            ? new SourceParseResult.Parsed(found with { SecretName = secret }, text)
            : parsed ?? SourceParseResult.Wrong($"A source object needs a type: {Types}.");
    }

    private static SourceParseResult? S3(Fields fields) => Read(fields, new ModelSource.S3(fields.Required("bucket") ?? "", fields.Required("key") ?? "")
    {
        Endpoint = fields.Optional("endpoint"),
        Region = fields.Optional("region"),
        VersionId = fields.Optional("versionId"),
        Addressing = fields.Optional("addressing"),
    }.ToSourceString());

    private static SourceParseResult? HuggingFace(Fields fields) =>
        Read(fields, new ModelSource.HuggingFace(fields.Required("repo") ?? "", fields.Optional("revision"), fields.Optional("file")).ToSourceString());

    private static SourceParseResult? Oci(Fields fields)
    {
        var mode = fields.Optional("mode");
        if (mode is not (null or "auto" or "volume" or "pull" or "fetch" or "init"))
        {
            return fields.Wrong("mode", $"The mode '{mode}' is not known. Write auto, volume, pull or init.");
        }

        return Read(fields, $"oci://{fields.Required("image")}") is SourceParseResult.Parsed { Source: ModelSource.Oci oci, Text: var text }
            ? new SourceParseResult.Parsed(oci with { Mode = mode }, text)
            : null;
    }

    /// <summary>Reads the string form, unless a field is missing: then that is the finding, not what its absence does to the string.</summary>
    private static SourceParseResult? Read(Fields fields, string? text)
    {
        if (fields.Findings.Count > 0 || text is null)
        {
            return null;
        }

        var result = ModelSourceParser.Parse(text);
        if (result is SourceParseResult.Invalid invalid)
        {
            fields.Findings.AddRange(invalid.Findings);
        }
        else if (result is SourceParseResult.Parsed parsed && TypeOf(parsed.Source) != fields.Optional("type") && fields.Optional("type") != "http")
        {
            return fields.Wrong("", $"'{Redact.Source(text)}' is of type {TypeOf(parsed.Source)}. Write that type, or the fields of {fields.Optional("type")}.");
        }

        return result;
    }

    private static string TypeOf(ModelSource source) => source.GetType().Name.ToLowerInvariant();

    /// <summary>The fields of one object: what was asked for, and what is wrong with it.</summary>
    private sealed class Fields(JsonElement source)
    {
        private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

        public List<SourceFinding> Findings { get; } = [];

        public string? Required(string name)
        {
            var value = Optional(name);
            if (value is null && !Findings.Exists(finding => finding.Field == name))
            {
                Findings.Add(new SourceFinding(name, name == "type" ? $"A source object needs a type: {Types}." : $"A source of type {Optional("type")} needs the field {name}."));
            }

            return value;
        }

        public string? Optional(string name)
        {
            _asked.Add(name);
            if (!source.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
            {
                return text;
            }

            Wrong(name, $"The field {name} is a text that is not empty.");
            return null;
        }

        public string? Secret()
        {
            const string Field = "secretRef";
            _asked.Add(Field);
            if (!source.TryGetProperty(Field, out var reference) || reference.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            if (reference.ValueKind == JsonValueKind.Object && reference.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 } text)
            {
                return text;
            }

            Wrong(Field, "secretRef names a Secret in the resource's own namespace. Write secretRef: {name: my-secret}.");
            return null;
        }

        public void RefuseOthers()
        {
            foreach (var property in source.EnumerateObject().Where(property => !_asked.Contains(property.Name) && Findings.Count == 0).ToList())
            {
                Wrong(property.Name, $"A source of type {Optional("type")} has no field {property.Name}. Take it away, or correct its name.");
            }
        }

        public SourceParseResult? Wrong(string field, string message)
        {
            if (!Findings.Exists(finding => finding.Field == field))
            {
                Findings.Add(new SourceFinding(field, message));
            }

            return null;
        }
    }
}
