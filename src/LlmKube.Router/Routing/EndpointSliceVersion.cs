using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects.Core;

namespace LlmKube.Router.Routing;

/// <summary>Which version of EndpointSlices a server has: <c>v1</c> since Kubernetes 1.21, <c>v1beta1</c> before. What is read of them is alike.</summary>
internal static class EndpointSliceVersion
{
    private const string Older = "v1beta1";
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>Asks until the server answers.</summary>
    public static async Task<string> FindAsync(KubernetesClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        var newest = EndpointSlice.Definition;
        while (true)
        {
            try
            {
                using var served = await client.GetRawAsync($"/apis/{newest.ApiVersion}", cancellationToken);
                return newest.Version;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return Older;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
            {
                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }
}
