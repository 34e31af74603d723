using System.CommandLine;
using LlmKube.Cli.Commands.Catalog;
using LlmKube.Cli.Console;

namespace LlmKube.Cli.Commands.Services;

/// <summary>The flags of <c>deploy</c>, named as the existing LLMKube names them.</summary>
internal sealed class DeployFlags
{
    private readonly Argument<string> _name = new("name") { Description = "Name of the Model and the InferenceService; without --source, an id of the catalog" };
    private readonly Option<string?> _source = new("--source", "-s") { Description = "Where the model is: a path on this machine, or any form of spec.source", HelpName = "source" };
    private readonly Option<string?> _sourceOverride = new("--source-override") { Description = "Take the model of the catalog from here instead: a path or any form of spec.source", HelpName = "source" };
    private readonly Option<string?> _format = new("--format") { Description = "gguf, safetensors, mlx, pytorch or custom" };
    private readonly Option<string?> _quantization = new("--quantization", "-q") { Description = "Label for people" };
    private readonly Option<string?> _sha256 = new("--sha256") { Description = "Digest that the file must have" };
    private readonly Option<string?> _secret = new("--secret") { Description = "Secret with the credentials of the source" };
    private readonly Option<int?> _replicas = new("--replicas", "-r") { Description = "Number of replicas (default 1)" };
    private readonly Option<int?> _contextSize = new("--context-size", "--ctx") { Description = "Tokens of context" };
    private readonly Option<int?> _parallel = new("--parallel") { Description = "Requests that a replica works on at once" };
    private readonly Option<bool> _gpu = new("--gpu") { Description = "Use a GPU" };
    private readonly Option<string?> _accelerator = new("--accelerator") { Description = "cpu, metal, cuda, rocm, intel or vulkan" };
    private readonly Option<int?> _gpuCount = new("--gpu-count") { Description = "GPUs for each replica" };
    private readonly Option<int?> _gpuLayers = new("--gpu-layers") { Description = "Layers on the GPU; -1 is all" };
    private readonly Option<string?> _gpuMemory = new("--gpu-memory") { Description = "Declared GPU memory, for accounting" };
    private readonly Option<string?> _gpuVendor = new("--gpu-vendor") { Description = "nvidia, amd or intel" };
    private readonly Option<bool> _flashAttention = new("--flash-attn") { Description = "Use flash attention" };
    private readonly Option<bool> _jinja = new("--jinja") { Description = "Use the model's own chat template" };
    private readonly Option<string?> _cacheTypeK = new("--cache-type-k") { Description = "Type of cached keys, such as q8_0" };
    private readonly Option<string?> _cacheTypeV = new("--cache-type-v") { Description = "Type of cached values, such as q8_0" };
    private readonly Option<string[]> _extraArgs = new("--extra-args") { Description = "Arguments handed to the engine as they are, comma separated; may be repeated" };
    private readonly Option<string?> _runtime = new("--runtime") { Description = "llamacpp, vllm, tgi, sglang or generic" };
    private readonly Option<string?> _image = new("--image") { Description = "Container image instead of the operator's choice" };
    private readonly Option<string?> _cpu = new("--cpu") { Description = "CPU request, such as 2" };
    private readonly Option<string?> _memory = new("--memory") { Description = "Memory request, such as 4Gi" };
    private readonly Option<string?> _memoryBudget = new("--memory-budget") { Description = "Most memory that a replica may need, such as 16Gi" };
    private readonly Option<double?> _memoryFraction = new("--memory-fraction") { Description = "The same as a fraction of the machine's memory" };
    private readonly Option<string[]> _env = new("--env") { Description = "NAME=VALUE for the engine; may be repeated" };
    private readonly Option<int?> _nodePort = new("--node-port") { Description = "Publish on this port of every node" };
    private readonly Option<int?> _minReplicas = new("--min-replicas") { Description = "Lower bound of autoscaling" };
    private readonly Option<int?> _maxReplicas = new("--max-replicas") { Description = "Upper bound of autoscaling; switches it on" };
    private readonly Option<string?> _metric = new("--autoscale-metric") { Description = "Metric that autoscaling follows" };
    private readonly Option<bool> _wait = new("--wait", "-w") { Description = "Wait until it answers (default; --wait=false returns at once)", DefaultValueFactory = _ => true };
    private readonly Option<string> _timeout = new("--timeout") { Description = "How long to wait, such as 90s or 10m", DefaultValueFactory = _ => "10m" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Have the API server check everything and change nothing; with -o yaml, print what would be applied" };
    private readonly Option<OutputFormat> _output = CommonOptions.Output();

    public Option<string?> Namespace { get; } = CommonOptions.Namespace();

    public void AddTo(Command command)
    {
        command.Arguments.Add(_name);
        Option[] options =
        [
            Namespace, _source, _sourceOverride, _format, _quantization, _sha256, _secret, _replicas, _contextSize, _parallel, _gpu, _accelerator, _gpuCount, _gpuLayers, _gpuMemory, _gpuVendor,
            _flashAttention, _jinja, _cacheTypeK, _cacheTypeV, _extraArgs, _runtime, _image, _cpu, _memory, _memoryBudget, _memoryFraction, _env, _nodePort, _minReplicas,
            _maxReplicas, _metric, _wait, _timeout, _dryRun, _output,
        ];
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    public async Task<DeployOptions> ReadAsync(ParseResult parsed, CommandContext context, CommonOptions common, CancellationToken cancellationToken)
    {
        var said = ReadFlags(parsed, context);
        if (said.Source is null)
        {
            var catalog = await Catalogs.LoadAsync(parsed, context, common, Namespace, cancellationToken);
            var entry = catalog.Find(said.Name) ?? throw new CommandFailure(
                $"Nothing says where the model {said.Name} is, and it is none of the catalog.",
                $"Name it: llmkube deploy {said.Name} --source /path/to/model.gguf{(catalog.Nearest(said.Name) is { } near ? $" - or did you mean {near}?" : "")}",
                ExitCodes.Usage);
            return CatalogDeployment.Fill(said, entry, parsed.GetValue(_sourceOverride) is { } instead ? SourceOf(instead, context) : null);
        }

        return parsed.GetValue(_sourceOverride) is null
            ? said
            : throw new CommandFailure("--source-override replaces the source of a model of the catalog.", "With --source there is nothing to replace: use one of the two.", ExitCodes.Usage);
    }

    private DeployOptions ReadFlags(ParseResult parsed, CommandContext context) => new()
    {
        Name = parsed.GetValue(_name)!,
        Source = parsed.GetValue(_source) is { } source ? SourceOf(source, context) : null,
        Format = parsed.GetValue(_format),
        Quantization = parsed.GetValue(_quantization),
        Sha256 = parsed.GetValue(_sha256),
        Secret = parsed.GetValue(_secret),
        Replicas = parsed.GetValue(_replicas),
        ContextSize = parsed.GetValue(_contextSize),
        Parallel = parsed.GetValue(_parallel),
        Gpu = parsed.GetValue(_gpu),
        Accelerator = parsed.GetValue(_accelerator),
        GpuCount = parsed.GetValue(_gpuCount),
        GpuLayers = parsed.GetValue(_gpuLayers),
        GpuMemory = parsed.GetValue(_gpuMemory),
        GpuVendor = parsed.GetValue(_gpuVendor),
        FlashAttention = parsed.GetValue(_flashAttention),
        Jinja = parsed.GetValue(_jinja),
        CacheTypeK = parsed.GetValue(_cacheTypeK),
        CacheTypeV = parsed.GetValue(_cacheTypeV),
        ExtraArgs = [.. (parsed.GetValue(_extraArgs) ?? []).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries))],
        Runtime = parsed.GetValue(_runtime),
        Image = parsed.GetValue(_image),
        Cpu = parsed.GetValue(_cpu),
        Memory = parsed.GetValue(_memory),
        MemoryBudget = parsed.GetValue(_memoryBudget),
        MemoryFraction = parsed.GetValue(_memoryFraction),
        Env = parsed.GetValue(_env) ?? [],
        NodePort = parsed.GetValue(_nodePort),
        MinReplicas = parsed.GetValue(_minReplicas),
        MaxReplicas = parsed.GetValue(_maxReplicas),
        AutoscaleMetric = parsed.GetValue(_metric),
        Wait = parsed.GetValue(_wait),
        Timeout = DeployCommand.ParseDuration(parsed.GetValue(_timeout)!),
        DryRun = parsed.GetValue(_dryRun),
        Output = parsed.GetValue(_output),
    };

    /// <summary>A path is meant from where the person is; everything else is handed on as it is.</summary>
    private static string SourceOf(string source, CommandContext context)
    {
        if (source.Contains("://", StringComparison.Ordinal))
        {
            return source;
        }

        var path = context.FullPath(source);
        return source.StartsWith('.') || source.StartsWith('~') || File.Exists(path) ? path : source;
    }
}
