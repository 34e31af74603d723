using System.Text.Json.Nodes;
using LlmKube.Models.Sources;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

public sealed class CacheCommandTests : IAsyncLifetime
{
    private const string Source = "hf://org/model/llama.gguf";

    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];

    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-cache-").FullName;
    private CliUnderTest _cli = null!;
    private TestSite _site = null!;

    private string Store => Path.Combine(_folder, "store");

    private string Original => Path.Combine(_folder, "llama.gguf");

    public async ValueTask InitializeAsync()
    {
        _cli = await CliUnderTest.StartAsync();
        _site = await TestSite.StartAsync(new ServedFile(s_bytes).AnswerAsync);
        await File.WriteAllBytesAsync(Original, s_bytes, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _cli.DisposeAsync();
        await _site.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_is_fetched_is_listed_and_not_fetched_again()
    {
        var first = await RunAsync("fetch", _site.At("llama.gguf"));
        var asked = _site.Requests.Count;
        var second = await RunAsync("fetch", _site.At("llama.gguf"));

        first.Code.ShouldBe(0, first.Error);
        first.Output.ShouldBe(second.Output);
        (await File.ReadAllBytesAsync(Path.Combine(first.Output.Trim(), "llama.gguf"), TestContext.Current.CancellationToken)).ShouldBe(s_bytes);
        second.Error.ShouldContain("nothing was moved");
        _site.Requests.Count.ShouldBe(asked);
        var list = await RunAsync("cache", "list");
        list.Output.ShouldContain("MODEL\tKEY\tSIZE\tAGE\tLAST USED\tIN USE BY");
        list.Output.ShouldContain($"llama.gguf\t{CacheKey.Of(_site.At("llama.gguf"))}\t97.7 KiB");
    }

    [Fact]
    public async Task A_fetch_in_a_pod_tells_of_itself_in_JSON_lines()
    {
        var outcome = await RunAsync("fetch", _site.At("llama.gguf"), "--json");

        var lines = outcome.Output.Trim().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        lines[0]["event"]!.GetValue<string>().ShouldBe("progress");
        lines[^1]["event"]!.GetValue<string>().ShouldBe("stored");
        lines[^1]["bytesMoved"]!.GetValue<long>().ShouldBe(s_bytes.Length);
    }

    [Theory]
    [InlineData(404, 3, false)]
    [InlineData(401, 6, false)]
    [InlineData(503, 7, true)]
    public async Task The_exit_code_tells_whether_to_try_again(int status, int code, bool retry)
    {
        _site.Handler = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        };

        var words = await RunAsync("fetch", _site.At("llama.gguf?token=s3cret"));
        var json = await RunAsync("fetch", _site.At("llama.gguf?token=s3cret"), "--json");

        (words.Code, json.Code).ShouldBe((code, code));
        (words.Error + json.Output).ShouldNotContain("s3cret");
        JsonNode.Parse(json.Output)!["retry"]!.GetValue<bool>().ShouldBe(retry);
    }

    [Fact]
    public async Task Credentials_come_from_a_mounted_Secret()
    {
        var secret = Directory.CreateDirectory(Path.Combine(_folder, "secret")).FullName;
        await File.WriteAllTextAsync(Path.Combine(secret, "token"), "abc\n", TestContext.Current.CancellationToken);

        await RunAsync("fetch", _site.At("llama.gguf"), "--credentials", secret);

        _site.Requests.First().Headers["Authorization"].ShouldBe("Bearer abc");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_imported_is_as_if_it_had_been_fetched(bool link)
    {
        var import = await RunAsync(["cache", "import", Original, "--as", Source, .. link ? ["--link"] : Array.Empty<string>()]);
        import.Code.ShouldBe(0, import.Error);

        var fetch = await RunAsync("fetch", Source, "--offline");

        fetch.Code.ShouldBe(0, fetch.Error);
        fetch.Output.ShouldBe(import.Output);
        (await File.ReadAllBytesAsync(Path.Combine(fetch.Output.Trim(), "llama.gguf"), TestContext.Current.CancellationToken)).ShouldBe(s_bytes);
    }

    [Theory]
    [InlineData("cache", "import")]
    [InlineData("fetch")]
    public async Task Bytes_with_another_digest_are_not_stored(params string[] command)
    {
        string[] arguments = command.Length == 2 ? [.. command, Original, "--as", Source] : [.. command, _site.At("llama.gguf")];

        var outcome = await RunAsync([.. arguments, "--sha256", new string('0', 64)]);

        outcome.Code.ShouldNotBe(0);
        outcome.Error.ShouldContain(new string('0', 64));
        (await RunAsync("cache", "list", "-o", "name")).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_service_uses_is_shown_and_not_cleared()
    {
        await RunAsync("cache", "import", Original, "--as", Source);
        await RunAsync("cache", "import", Original, "--as", "hf://org/other/other.gguf");
        await _cli.AddAsync("demo");
        await _cli.SetCacheKeyAsync("demo", CacheKey.Of(Source));

        (await RunAsync("cache", "list")).Output.ShouldContain("default/demo");
        (await RunAsync("cache", "clear", "--key", CacheKey.Of(Source))).ShouldSatisfyAllConditions(outcome => outcome.Code.ShouldBe(6), outcome => outcome.Error.ShouldContain("default/demo"));
        (await RunAsync("cache", "clear", "--unused", "--dry-run")).Output.ShouldContain(CacheKey.Of("hf://org/other/other.gguf"));
        await RunAsync("cache", "clear", "--all");

        (await RunAsync("cache", "list", "-o", "name")).Output.Trim().ShouldBe(CacheKey.Of(Source));
    }

    [Fact]
    public async Task What_is_pinned_is_not_cleared_unless_it_is_named()
    {
        await RunAsync("cache", "import", Original, "--as", Source);
        await RunAsync("cache", "pin", "llama.gguf");

        await RunAsync("cache", "clear", "--all");
        (await RunAsync("cache", "list", "-o", "name")).Output.ShouldNotBeEmpty();
        await RunAsync("cache", "clear", "--model", Source);

        (await RunAsync("cache", "list", "-o", "name")).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_damaged_file_is_found()
    {
        var folder = (await RunAsync("cache", "import", Original, "--as", Source)).Output.Trim();
        (await RunAsync("cache", "verify")).Code.ShouldBe(0);
        var file = Path.Combine(folder, "llama.gguf");
        File.Delete(file);
        await File.WriteAllBytesAsync(file, [.. s_bytes[1..], 99], TestContext.Current.CancellationToken);

        var outcome = await RunAsync("cache", "verify", "llama.gguf");

        (outcome.Code, outcome.Output.Split('\t')[0]).ShouldBe((1, "DAMAGED"));
    }

    [Fact]
    public async Task What_is_exported_is_what_was_stored()
    {
        await RunAsync("cache", "import", Original, "--as", Source);

        (await RunAsync("cache", "export", Source, Path.Combine(_folder, "usb"))).Code.ShouldBe(0);

        (await File.ReadAllBytesAsync(Path.Combine(_folder, "usb", "llama.gguf"), TestContext.Current.CancellationToken)).ShouldBe(s_bytes);
    }

    [Fact]
    public async Task A_Hub_cache_is_exported_and_imported_again()
    {
        await using var hub = await HubSite.StartAsync();
        hub.Add("llama.gguf", s_bytes, lfs: true);
        hub.Add("config.json", [1, 2], lfs: false);
        _cli.Variables["HF_ENDPOINT"] = hub.Hub.Url.AbsoluteUri;
        (await RunAsync("fetch", "hf://org/model", "--include", "*")).Code.ShouldBe(0);

        var export = await RunAsync("cache", "export", "hf://org/model", Path.Combine(_folder, "hub"), "--hub-cache");
        export.Code.ShouldBe(0, export.Error);
        var repo = Path.Combine(_folder, "hub", "models--org--model");
        (await File.ReadAllTextAsync(Path.Combine(repo, "refs", "main"), TestContext.Current.CancellationToken)).ShouldBe(HubSite.Commit);
        (await File.ReadAllBytesAsync(Path.Combine(repo, "snapshots", HubSite.Commit, "llama.gguf"), TestContext.Current.CancellationToken)).ShouldBe(s_bytes);

        var import = await RunAsync("cache", "import", repo, "--as", "hf://org/again");
        import.Code.ShouldBe(0, import.Error);
        File.Exists(Path.Combine(import.Output.Trim(), "config.json")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("cache", "clear")]
    [InlineData("fetch")]
    [InlineData("fetch", "ftp://nowhere/x")]
    [InlineData("fetch", "hf://org/model", "--limit-rate", "fast")]
    [InlineData("fetch", "hf://org/model", "--key", "../../etc")]
    public async Task What_makes_no_sense_is_said_with_code_2(params string[] arguments)
    {
        var outcome = await RunAsync(arguments);

        (outcome.Code, outcome.Error.Length > 20).ShouldBe((2, true), outcome.Error);
    }

    private Task<Outcome> RunAsync(params string[] arguments) => _cli.RunAsync([.. arguments, "--store", Store]);
}
