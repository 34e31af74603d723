using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using LlmKube.Models.TinyModels;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.EndToEnd.Tests;

/// <summary>The commands of the guides, run as they are written; only hosts and mount points are this machine's.</summary>
public sealed partial class PageWalkTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-walk-").FullName;
    private readonly byte[] _model;
    private string _registry = "registry.internal";
    private TestSite _site = null!;
    private HubSite _hub = null!;

    public PageWalkTests()
    {
        TinyModel.WriteFile(Path.Combine(_folder, "tiny.gguf"), new TinyModelOptions());
        _model = File.ReadAllBytes(Path.Combine(_folder, "tiny.gguf"));
        var bin = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        File.WriteAllText(Path.Combine(bin, "llmkube"), $"""
            #!/bin/sh
            if [ "$1" = up ]; then shift; exec {Product.Executable} up --port=0 --api-port=0 --llama-server={Product.FakeEngine} "$@"; fi
            exec {Product.Executable} "$@"
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(bin, "llmkube"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public async ValueTask InitializeAsync()
    {
        _site = await TestSite.StartAsync(new ServedFile(_model).AnswerAsync);
        _hub = await HubSite.StartAsync();
        _hub.Add("tiny.gguf", _model, lfs: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_model_cache()
    {
        var usb = Directory.CreateDirectory(Path.Combine(_folder, "usb")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(usb, "llama.gguf"), _model, TestContext.Current.CancellationToken);

        var said = await RunAsync(Blocks("model-cache.md", "sh"), "laptop");

        said.ShouldContain("\"event\":\"stored\"");
        File.Exists(Path.Combine(usb, "out", "llama.gguf")).ShouldBeTrue();
    }

    [Fact]
    public async Task Air_gapped_in_15_minutes()
    {
        await RunAsync(Blocks("air-gapped.md", "sh connected"), "connected");
        var asked = _hub.Hub.Requests.Count;

        var said = await RunAsync(Blocks("air-gapped.md", "sh site"), "site");

        said.ShouldContain("Ready");
        _hub.Hub.Requests.Count.ShouldBe(asked, "nothing was asked of the Hub at the site");
    }

    [Theory]
    [InlineData("registries.md", "ARCHITECTURE\tllama")]
    [InlineData("model-repository.md", "tiny.gguf\tok")]
    [InlineData("signed-models.md", "verified")]
    [InlineData("from-kubeai.md", "modelRef: tiny")]
    public async Task Registries_repositories_and_signatures(string page, string expected)
    {
        var (registry, missing) = await RegistryServer.StartAsync(Checkout.Root);
        Assert.SkipWhen(registry is null, missing ?? "");
        await using (registry)
        {
            _registry = registry!.Host;
            var users = Directory.CreateDirectory(Path.Combine(_folder, "laptop", ".docker")).FullName;
            registry.WriteUsers(Path.Combine(users, "config.json"));

            (await RunAsync(Blocks(page, "sh"), "laptop")).ShouldContain(expected);
        }
    }

    private static IReadOnlyList<string> Blocks(string page, string language) =>
        [.. Fences().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "guides", page))).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["code"].Value)];

    /// <summary>Runs the blocks of a page one after the other, as in one terminal of one machine.</summary>
    private async Task<string> RunAsync(IReadOnlyList<string> blocks, string machine)
    {
        blocks.ShouldNotBeEmpty();
        var script = string.Concat(blocks)
            .Replace("/media/usb", Path.Combine(_folder, "usb"), StringComparison.Ordinal)
            .Replace("registry.internal", _registry, StringComparison.Ordinal)
            .Replace("https://models.internal/", _site.Url.AbsoluteUri, StringComparison.Ordinal);
        var home = Path.Combine(_folder, machine);
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        start.Environment["PATH"] = $"{Path.Combine(_folder, "bin")}:{start.Environment["PATH"]}";
        start.Environment["HOME"] = home;
        start.Environment["LLMKUBE_HOME"] = Path.Combine(home, ".llmkube");
        start.Environment["HF_ENDPOINT"] = _hub.Hub.Url.AbsoluteUri;
        start.Environment.Remove("KUBECONFIG");
        Directory.CreateDirectory(home);
        using var process = Process.Start(start)!;
        var said = new StringBuilder();
        process.OutputDataReceived += (_, line) => Note(said, line.Data);
        process.ErrorDataReceived += (_, line) => Note(said, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4), TimeProvider.System);
        await process.WaitForExitAsync(limit.Token);
        lock (said)
        {
            process.ExitCode.ShouldBe(0, $"{script}\n---\n{said}");
            return said.ToString();
        }
    }

    private static void Note(StringBuilder said, string? line)
    {
        lock (said)
        {
            said.AppendLine(line);
        }
    }

    [GeneratedRegex("^```(?<language>[a-z ]+)\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fences();
}
