using System.Diagnostics;
using System.Globalization;
using LlmKube.Bench.Router;

namespace LlmKube.Bench.Scale;

/// <summary><c>llmkube operator</c> as a process of its own, and what it says of itself.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private const string Counter = "rest_client_requests_total{";
    private const string MethodLabel = "method=\"";

    private readonly Process _process;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _metrics;

    public OperatorProcess(string llmkube, string kubeconfig)
    {
        var port = ChildProcess.FreePort();
        _metrics = new Uri($"http://127.0.0.1:{port}/metrics");
        var start = new ProcessStartInfo(llmkube, ["operator", "--kubeconfig", kubeconfig, "--init-container-image=bench/llmkube:0", $"--metrics-bind-address=127.0.0.1:{port}", "--health-probe-bind-address=0"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => LastWord = line.Data ?? LastWord;
        _process.BeginErrorReadLine();
    }

    /// <summary>The last line of its log.</summary>
    public string LastWord { get; private set; } = "";

    public double ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024.0 * 1024.0);
        }
    }

    /// <summary>Processor time that it took so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Requests that it made so far, by method.</summary>
    public async Task<IReadOnlyDictionary<string, long>> RequestsAsync(CancellationToken cancellationToken)
    {
        var requests = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in (await _http.GetStringAsync(_metrics, cancellationToken)).Split('\n').Where(line => line.StartsWith(Counter, StringComparison.Ordinal)))
        {
            var from = line.IndexOf(MethodLabel, StringComparison.Ordinal) + MethodLabel.Length;
            var method = line[from..line.IndexOf('"', from)];
            requests[method] = requests.GetValueOrDefault(method) + (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        }

        return requests;
    }

    /// <summary>Waits until it has asked for nothing for a while; when it made its last request, as a timestamp of the stopwatch.</summary>
    public async Task<long> QuietAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        var (last, changed) = (-1L, Stopwatch.GetTimestamp());
        while (last < 0 || Stopwatch.GetElapsedTime(changed) < pause)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"llmkube operator ended with {_process.ExitCode}: {LastWord}");
            }

            try
            {
                if ((await RequestsAsync(cancellationToken)).Values.Sum() is var now && now != last)
                {
                    (last, changed) = (now, Stopwatch.GetTimestamp());
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }

        return changed;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
    }
}
