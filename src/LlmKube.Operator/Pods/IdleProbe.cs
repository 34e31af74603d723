using System.Net.Sockets;

namespace LlmKube.Operator.Pods;

/// <summary>Asks pods whether they work on requests.</summary>
internal sealed class IdleProbe : IDisposable
{
    /// <summary>More than any engine's metrics.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = s_patience });

    /// <summary>Which pod is busy, or could not be asked; null when all of them are idle.</summary>
    public async Task<string?> FindBusyAsync(IdleSignal signal, IReadOnlyList<(string Pod, string? Address)> pods, int port, CancellationToken cancellationToken)
    {
        foreach (var (pod, address) in pods)
        {
            if (address is null || !await IsIdleAsync(signal, address, port, cancellationToken))
            {
                return pod;
            }
        }

        return null;
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> IsIdleAsync(IdleSignal signal, string address, int port, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, new UriBuilder("http", address, port, signal.Path).Uri);
            using var answer = await _http.SendAsync(message, patience.Token);
            await answer.Content.LoadIntoBufferAsync(MostBytes, patience.Token);
            return answer.IsSuccessStatusCode && signal.IsIdle(await answer.Content.ReadAsStringAsync(patience.Token));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or SocketException or OperationCanceledException or IOException)
        {
            return false;
        }
    }
}
