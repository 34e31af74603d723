using System.Security.Cryptography;
using System.Text;
using LlmKube.Agent.Engines;
using LlmKube.Agent.Models;
using LlmKube.Resources.Runtimes.LlamaCpp;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Replicas;

/// <summary>What every replica of a service shall run. Two templates with one hash are the same.</summary>
internal sealed record ReplicaTemplate
{
    public required EngineLaunch Engine { get; init; }

    public required InferenceService Service { get; init; }

    public required Model Model { get; init; }

    public required string ModelPath { get; init; }

    public string? DraftPath { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Eight hex characters over everything that a process depends on, except its port.</summary>
    public required string Hash { get; init; }

    public static ReplicaTemplate Make(
        EngineLaunch engine, InferenceService service, Model model, Supplied.Here supplied, Supplied.Here? draft, IReadOnlyDictionary<string, string> environment, string address)
    {
        var modelPath = supplied.Path;
        var draftPath = draft?.Path;
        var text = new StringBuilder(engine.Executable);
        foreach (var argument in Arguments(service, model, modelPath, draftPath, port: 0, address))
        {
            text.Append('\0').Append(argument);
        }

        foreach (var (name, value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            text.Append('\0').Append(name).Append('=').Append(value);
        }

        text.Append('\0').Append(supplied.Revision).Append('\0').Append(draft?.Revision);
        return new ReplicaTemplate
        {
            Engine = engine,
            Service = service,
            Model = model,
            ModelPath = modelPath,
            DraftPath = draftPath,
            Environment = environment,
            Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..8],
        };
    }

    /// <summary>The engine's own arguments, for a replica that listens on <paramref name="port"/>.</summary>
    public IReadOnlyList<string> ArgumentsFor(int port, string address) => Arguments(Service, Model, ModelPath, DraftPath, port, address);

    private static IReadOnlyList<string> Arguments(InferenceService service, Model model, string modelPath, string? draftPath, int port, string address) =>
        LlamaCppArguments.Build(
            service.Spec with { BindAddress = service.Spec.BindAddress ?? address },
            model.Spec,
            modelPath,
            port,
            service.Spec.BindAddress ?? address,
            Resources.Hardware.GpuRequest.Of(service.Spec, model.Spec).Count,
            draftPath,
            MmprojPath(model, modelPath));

    /// <summary>The projector lies beside the model, where the model's set of files was put.</summary>
    private static string? MmprojPath(Model model, string modelPath) =>
        model.Spec.Mmproj is { Length: > 0 } mmproj && Path.GetDirectoryName(modelPath) is { } folder ? Path.Combine(folder, mmproj) : null;
}
