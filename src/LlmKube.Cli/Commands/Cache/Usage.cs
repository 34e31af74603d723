using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Local;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>Who serves what, as the API server knows it.</summary>
/// <param name="Services">The services, by the key of their model.</param>
/// <param name="KeyOfModel">The keys of Models, by their names.</param>
internal sealed record Usage(IReadOnlyDictionary<string, IReadOnlyList<string>> Services, IReadOnlyDictionary<string, string> KeyOfModel)
{
    /// <summary>Null where no API server answers.</summary>
    public static async Task<Usage?> FindAsync(ParseResult parsed, CommandContext context, CommonOptions common, CancellationToken cancellationToken)
    {
        var none = new Usage(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        try
        {
            using var connection = await ClusterConnection.OpenAsync(parsed, context, common, null, cancellationToken);
            var models = await connection.Client.Of<Model>().ListAsync(new ListOptions(), cancellationToken);
            var services = await connection.Client.Of<InferenceService>().ListAsync(new ListOptions(), cancellationToken);
            var keys = models.Items.Where(model => model.Status?.CacheKey is { Length: > 0 }).ToDictionary(model => model.Key(), model => model.Status!.CacheKey!);
            return new Usage(
                services.Items
                    .Where(service => Defaults.DesiredReplicasOf(service.Spec) > 0 && keys.ContainsKey(new ObjectKey(service.Metadata.Namespace ?? "", service.Spec.ModelRef)))
                    .GroupBy(service => keys[new ObjectKey(service.Metadata.Namespace ?? "", service.Spec.ModelRef)], StringComparer.Ordinal)
                    .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(service => service.Key().ToString()).Order(StringComparer.Ordinal)], StringComparer.Ordinal),
                keys.GroupBy(entry => entry.Key.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal));
        }
        catch (CommandFailure)
        {
            // There is no API server to know of: nothing is served here.
            return none;
        }
        catch (HttpRequestException) when (parsed.GetValue(common.Kubeconfig) is null && context.Environment("KUBECONFIG") is null or "" && File.Exists(Path.Combine(context.Home, "kubeconfig")) && RunState.Find(context.Home) is null)
        {
            // This machine's own, and it is stopped.
            return none;
        }
        catch (Exception e) when (e is HttpRequestException or ApiException or IOException)
        {
            return null;
        }
    }
}
