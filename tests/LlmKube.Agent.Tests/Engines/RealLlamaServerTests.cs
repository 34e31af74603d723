using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text.Json;
using LlmKube.Agent.Engines;
using LlmKube.Models.TinyModels;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Agent.Tests.Engines;

/// <summary>The tiny model in a real llama-server.</summary>
public sealed class RealLlamaServerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-real-").FullName;
    private readonly HttpClient _http = new(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(30) };
    private Process? _server;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_tiny_model_answers_a_chat_in_streamed_words()
    {
        await StartAsync([]);

        var answer = await ChatAsync("Hello, wörld! 你好");

        answer.Pieces.ShouldBeGreaterThan(3);
        answer.Text.ShouldMatch("^[A-Z][a-z ]+\\.");
    }

    [Fact]
    public async Task Greedy_answers_are_the_same_each_time_and_end()
    {
        await StartAsync([]);

        var first = await ChatAsync("What is a river?", temperature: 0);
        var second = await ChatAsync("What is a river?", temperature: 0);

        second.Text.ShouldBe(first.Text);
        first.FinishReason.ShouldBe("stop");
    }

    [Theory]
    [InlineData("The quiet river — ‘wörld’ 你好 🙂\n\n  two spaces\ttab")]
    [InlineData("river rivers The_The !\"#$%&'()*+,-./")]
    public async Task Any_text_goes_through_the_tokenizer_unchanged(string text)
    {
        await StartAsync([]);

        using var tokens = await _http.PostAsJsonAsync("/tokenize", new { content = text }, TestContext.Current.CancellationToken);
        using var back = await _http.PostAsync("/detokenize", tokens.Content, TestContext.Current.CancellationToken);

        (await back.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("content").GetString().ShouldBe(text);
    }

    [Fact]
    public async Task It_gives_embeddings_with_a_quantized_cache()
    {
        await StartAsync(["--embedding", "--pooling", "last", "--cache-type-k", "q8_0", "--cache-type-v", "q8_0", "--flash-attn", "on"]);

        using var response = await _http.PostAsJsonAsync("/v1/embeddings", new { model = "tiny", input = "a river" }, TestContext.Current.CancellationToken);

        var body = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        body.GetProperty("data")[0].GetProperty("embedding").GetArrayLength().ShouldBe(128);
    }

    /// <summary>llama-server ends at once on an option that it does not know, so what services map to is asked of the real one.</summary>
    [Fact]
    public async Task It_knows_the_options_that_services_are_mapped_to()
    {
        var launch = await EngineAsync();
        using var help = Process.Start(StartOf(launch, ["--help"]))!;
        var text = await help.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        EngineFlags.FromHelp(text).UnknownIn(
        [
            "--model", "--port", "--host", "--n-gpu-layers", "--split-mode", "--tensor-split", "--ctx-size", "--rope-scaling", "--rope-scale", "--yarn-orig-ctx",
            "--parallel", "--flash-attn", "--jinja", "--cache-type-k", "--cache-type-v", "--cpu-moe", "--n-cpu-moe", "--no-kv-offload", "--override-tensor",
            "--batch-size", "--ubatch-size", "--no-warmup", "--spec-type", "-md", "--spec-draft-n-max", "--spec-draft-p-min", "--reasoning-budget",
            "--reasoning-budget-message", "--mmproj", "--override-kv", "--embedding", "--pooling", "--cache-ram", "--reranking", "--metrics", "--threads",
        ]).ShouldBeEmpty();
    }

    private static async Task<EngineLaunch> EngineAsync()
    {
        var engine = await RealEngine.GetAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(engine.Launch is null, engine.Missing);
        return engine.Launch!;
    }

    private static ProcessStartInfo StartOf(EngineLaunch launch, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(launch.Executable, [.. launch.LeadingArguments, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in launch.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task StartAsync(string[] arguments)
    {
        var launch = await EngineAsync();
        var model = Path.Combine(_folder, "tiny.gguf");
        TinyModel.WriteFile(model, new TinyModelOptions());
        var port = FreePortNow().ToString(CultureInfo.InvariantCulture);
        _server = Process.Start(StartOf(launch, ["--model", model, "--host", "127.0.0.1", "--port", port, "--offline", .. arguments]))!;
        var log = new List<string>();
        _server.OutputDataReceived += (_, line) => Add(log, line.Data);
        _server.ErrorDataReceived += (_, line) => Add(log, line.Data);
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await IsHealthyAsync())
        {
            (_server.HasExited || late.IsCancellationRequested).ShouldBeFalse(string.Join('\n', log));
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            using var response = await _http.GetAsync("/health", TestContext.Current.CancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<(string Text, int Pieces, string? FinishReason)> ChatAsync(string message, double temperature = 0.8)
    {
        var body = new { model = "tiny", stream = true, temperature, max_tokens = 300, messages = new[] { new { role = "user", content = message } } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(body) };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var pieces = new List<string>();
        string? finish = null;
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            if (item.Data == "[DONE]")
            {
                break;
            }

            using var chunk = JsonDocument.Parse(item.Data);
            foreach (var choice in chunk.RootElement.GetProperty("choices").EnumerateArray())
            {
                finish = choice.GetProperty("finish_reason").GetString() ?? finish;
                if (choice.GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } piece)
                {
                    pieces.Add(piece);
                }
            }
        }

        return (string.Concat(pieces), pieces.Count, finish);
    }

    private static int FreePortNow()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Add(List<string> log, string? line)
    {
        lock (log)
        {
            log.Add(line ?? "");
        }
    }
}
