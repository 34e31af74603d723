using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.Models.Sources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Operator.KubeAi;

/// <summary>A Model of KubeAI as a Model and an InferenceService of ours, and what of it has no counterpart.</summary>
/// <param name="Model">The Model.</param>
/// <param name="Service">The InferenceService.</param>
/// <param name="Notes">What has no counterpart, or is to be looked at, one sentence each.</param>
public sealed record TranslatedModel(JsonObject Model, JsonObject Service, IReadOnlyList<string> Notes);

/// <summary>Translates <c>kubeai.org/v1 Model</c> (github.com/kubeai-project/kubeai, api/k8s/v1). Pure.</summary>
public sealed class KubeAiTranslation
{
    private const string OllamaRegistry = "registry.ollama.ai";

    private readonly JsonObject _spec;
    private readonly string _name;
    private readonly string? _namespace;
    private readonly List<string> _notes = [];
    private readonly JsonObject _service = [];
    private readonly JsonObject _model = [];

    private KubeAiTranslation(JsonObject document)
    {
        _spec = document["spec"] as JsonObject ?? [];
        _name = (string?)document["metadata"]?["name"] ?? "";
        _namespace = (string?)document["metadata"]?["namespace"];
    }

    /// <summary>Whether a document is such a Model.</summary>
    public static bool Is(JsonObject document) => ((string?)document["apiVersion"])?.StartsWith(KubeAiModel.Definition.Group + "/", StringComparison.Ordinal) == true && (string?)document["kind"] == KubeAiModel.Definition.Kind;

    /// <summary>The document's counterparts.</summary>
    public static TranslatedModel Translate(JsonObject document) => new KubeAiTranslation(document).Translate();

    private TranslatedModel Translate()
    {
        _service["modelRef"] = _name;
        TranslateEngine();
        TranslateSource();
        TranslateProfile();
        TranslateScale();
        TranslateRest();
        return new TranslatedModel(ObjectOf("Model", _model), ObjectOf("InferenceService", _service), _notes);
    }

    private JsonObject ObjectOf(string kind, JsonObject spec)
    {
        var metadata = new JsonObject { ["name"] = _name };
        if (_namespace is not null)
        {
            metadata["namespace"] = _namespace;
        }

        return new JsonObject { ["apiVersion"] = Model.Definition.ApiVersion, ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec };
    }

    private void TranslateSource()
    {
        var url = Text("url") ?? "";
        var (plain, query) = url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? (url[..at], url[(at + 1)..]) : (url, "");
        if (url.StartsWith("ollama://", StringComparison.Ordinal))
        {
            var name = plain["ollama://".Length..];
            _model["source"] = $"oci://{OllamaRegistry}/{(name.Contains('/', StringComparison.Ordinal) ? "" : "library/")}{name}{(name.Contains(':', StringComparison.Ordinal) ? "" : ":latest")}";
        }
        else
        {
            _model["source"] = plain;
            if (plain.StartsWith("pvc://", StringComparison.Ordinal) && !plain["pvc://".Length..].Contains('/', StringComparison.Ordinal))
            {
                _notes.Add($"url: {plain} names a whole claim. Write pvc://claim/path with the model's file or folder.");
            }

            if (plain.StartsWith("oci://", StringComparison.Ordinal) || plain.StartsWith("s3://", StringComparison.Ordinal) || plain.StartsWith("hf://", StringComparison.Ordinal))
            {
                _notes.Add("url: KubeAI has its credentials installation-wide. Where the place asks for some, name a Secret of this namespace in the Model's spec.sourceSecretRef.");
            }
        }

        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            _notes.Add(parameter switch
            {
                "insecure=true" => "url: insecure=true is the entry insecure: \"true\" of the source's Secret.",
                "via=llmman" => "url: via=llmman has no counterpart, and needs none: the model is pulled into the store by LLMKube itself.",
                _ => $"url: the parameter {parameter} has no counterpart.",
            });
        }

        if (ModelSourceParser.Parse((string)_model["source"]!) is SourceParseResult.Invalid invalid)
        {
            _notes.Add($"url: {invalid.Message}");
        }
    }

    private void TranslateEngine()
    {
        var features = _spec["features"] as JsonArray ?? [];
        var mode = features.Select(feature => (string?)feature).Select(feature => feature switch { "TextEmbedding" => ServingModes.Embedding, "Reranking" => ServingModes.Rerank, _ => null }).FirstOrDefault(found => found is not null);
        if (mode is not null)
        {
            _service["mode"] = mode;
        }

        switch (Text("engine"))
        {
            case "VLLM":
                _service["runtime"] = RuntimeNames.Vllm;
                _model["format"] = ModelFormats.Safetensors;
                break;
            case "OLlama" or "LlamaCpp" or "LLamaCpp" or null:
                _service["runtime"] = RuntimeNames.LlamaCpp;
                break;
            case var engine:
                _service["runtime"] = RuntimeNames.Generic;
                _model["format"] = ModelFormats.Custom;
                _notes.Add($"engine: {engine} is run as any container is: name its image in spec.image, its port in spec.containerPort and its probes in spec.probeOverrides.");
                break;
        }
    }

    /// <summary><c>nvidia-gpu-l4:2</c>: a profile of the installation, and how many times it is taken.</summary>
    private void TranslateProfile()
    {
        if (Text("resourceProfile") is not { Length: > 0 } profile)
        {
            return;
        }

        var parts = profile.Split(':');
        var count = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
        var vendor = parts[0].StartsWith("nvidia", StringComparison.Ordinal) ? GpuVendors.Nvidia : parts[0].StartsWith("amd", StringComparison.Ordinal) ? GpuVendors.Amd : parts[0].StartsWith("intel", StringComparison.Ordinal) ? GpuVendors.Intel : null;
        if (vendor is null)
        {
            _service["resources"] = new JsonObject { ["cpu"] = count.ToString(CultureInfo.InvariantCulture) };
            _notes.Add($"resourceProfile: {profile} is taken as {count} CPU. A profile is defined in KubeAI's values: look there for memory, and for node selectors and tolerations.");
            return;
        }

        _model["hardware"] = new JsonObject { ["gpu"] = new JsonObject { ["enabled"] = true, ["count"] = count, ["vendor"] = vendor } };
        _notes.Add($"resourceProfile: {profile} is taken as {count} GPU{(count == 1 ? "" : "s")} of {vendor}. A profile is defined in KubeAI's values: look there for node selectors, tolerations, CPU and memory.");
    }

    private void TranslateScale()
    {
        var least = Number("minReplicas") ?? 0;
        if (Number("replicas") is { } replicas)
        {
            _service["replicas"] = replicas;
        }
        else if (_spec["autoscalingDisabled"]?.GetValueKind() == System.Text.Json.JsonValueKind.True || Number("maxReplicas") is null)
        {
            _service["replicas"] = Math.Max(1, least);
        }

        if (Number("maxReplicas") is { } most && _spec["autoscalingDisabled"]?.GetValueKind() != System.Text.Json.JsonValueKind.True)
        {
            var scaling = new JsonObject { ["minReplicas"] = Math.Max(1, least), ["maxReplicas"] = most };
            if (Number("targetRequests") is not null)
            {
                _notes.Add("targetRequests: the runtime's own measure of requests in hand decides; spec.autoscaling.metrics sets another target.");
            }

            _service["autoscaling"] = scaling;
        }

        if (least == 0)
        {
            _notes.Add("minReplicas: 0 has no counterpart: a service is not started by its first request. One replica stays; replicas: 0 stops it.");
        }

        if (Number("scaleDownDelaySeconds") is not null)
        {
            _notes.Add("scaleDownDelaySeconds: has no counterpart; the autoscaler's own stabilization window (five minutes) holds.");
        }
    }

    private void TranslateRest()
    {
        if (_spec["args"] is JsonArray { Count: > 0 } args)
        {
            _service["extraArgs"] = args.DeepClone();
        }

        if (_spec["env"] is JsonObject { Count: > 0 } env)
        {
            _service["env"] = new JsonArray([.. env.Select(one => new JsonObject { ["name"] = one.Key, ["value"] = (string?)one.Value ?? "" })]);
        }

        foreach (var (theirs, ours) in ((string, string)[])[("image", "image"), ("priorityClassName", "priorityClassName")])
        {
            if (Text(theirs) is { Length: > 0 } value)
            {
                _service[ours] = value;
            }
        }

        foreach (var (field, reason) in ((string, string)[])[
            ("cacheProfile", "the model is kept in the model store, where the operator's cache settings say; spec.modelCache chooses otherwise."),
            ("envFrom", "write the variables into spec.env, each with a valueFrom."),
            ("files", "put the files into a ConfigMap, and mount it with spec.extraVolumes and spec.extraVolumeMounts."),
            ("adapters", "LoRA adapters are named in the runtime's own arguments (spec.extraArgs)."),
            ("loadBalancing", "the router of LLMKube chooses among replicas by itself."),
            ("owner", "it has no counterpart.")])
        {
            if (_spec[field] is not (null or JsonArray { Count: 0 } or JsonObject { Count: 0 }))
            {
                _notes.Add($"{field}: {reason}");
            }
        }
    }

    private string? Text(string field) => _spec[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private int? Number(string field) => _spec[field] is JsonValue value && int.TryParse(value.ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
