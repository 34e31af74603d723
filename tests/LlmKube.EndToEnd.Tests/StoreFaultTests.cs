using System.Diagnostics;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.EndToEnd.Tests;

/// <summary>A store on a disk that is too small, or that cannot be written: real file systems, in a mount namespace of the test's own.</summary>
public sealed class StoreFaultTests : IAsyncLifetime
{
    private const int Size = 48 * 1024 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("llmkube-disk-").FullName;
    private readonly byte[] _bytes = new byte[Size];
    private TestSite _site = null!;

    public async ValueTask InitializeAsync()
    {
        new Random(1).NextBytes(_bytes);
        _site = await TestSite.StartAsync(new ServedFile(_bytes).AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_disk_that_is_too_small_is_known_before_the_first_byte()
    {
        var said = await OnDiskAsync($"fetch {_site.At("model.gguf")}; echo CODE $?");

        said.ShouldContain("CODE 6");
        said.ShouldContain("needs 48.0 MiB");
        _site.BytesSent.ShouldBe(0);
    }

    [Fact]
    public async Task A_disk_that_fills_says_so_and_shows_nothing_and_a_larger_one_goes_on()
    {
        _site.Handler = new ServedFile(_bytes) { Length = false, Ranges = false }.AnswerAsync;

        var said = await OnDiskAsync(
            $"""
            fetch {_site.At("model.gguf")}; echo CODE $?
            find "$STORE" -name model.gguf | sed s/^/VISIBLE/
            mount -o remount,size=200m "$STORE"
            fetch {_site.At("model.gguf")}; echo CODE $?
            sha256sum "$STORE"/*/model.gguf
            """);

        said.ShouldContain("CODE 6");
        said.ShouldContain("is full");
        said.ShouldNotContain("VISIBLE");
        said.ShouldContain("CODE 0");
        said.ShouldContain(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_bytes)));
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_serves_what_it_has()
    {
        var said = await OnDiskAsync(
            $"""
            mount -o remount,size=200m "$STORE"
            fetch {_site.At("model.gguf")} >/dev/null; echo FIRST $?
            mount -o remount,ro "$STORE"
            fetch {_site.At("model.gguf")}; echo SECOND $?
            fetch {_site.At("other.gguf")}; echo THIRD $?
            """);

        said.ShouldContain("FIRST 0");
        said.ShouldContain("SECOND 0");
        said.ShouldContain("THIRD 6");
        said.ShouldContain("read-only");
    }

    [Fact]
    public async Task A_store_in_which_files_cannot_have_two_names_keeps_the_bytes_once_all_the_same()
    {
        // The blobs are a file system of their own: no link leads from there into a model's folder.
        var said = await OnDiskAsync(
            $"""
            mount -o remount,size=200m "$STORE"
            mkdir "$STORE/blobs"; mount -t tmpfs -o size=200m none "$STORE/blobs"
            MODEL=$(fetch {_site.At("model.gguf")}); echo FIRST $?
            readlink "$MODEL/model.gguf"
            fetch {_site.At("model.gguf")} --key 00000000000000ff >/dev/null; echo SECOND $?
            ls "$STORE/blobs/sha256" | wc -l | sed 's/^/BLOBS /'
            "{Product.Executable}" cache verify --store "$STORE"; echo VERIFIED $?
            """);

        said.ShouldContain("FIRST 0");
        said.ShouldContain("../blobs/sha256/");
        said.ShouldContain("SECOND 0");
        said.ShouldContain("BLOBS 1");
        said.ShouldContain("VERIFIED 0");
    }

    /// <summary>Runs a script over a store on a file system of 20 MiB.</summary>
    private async Task<string> OnDiskAsync(string script)
    {
        var whole = $"""
            export STORE={_folder}/store
            fetch() ( "{Product.Executable}" fetch "$@" --store "$STORE" )
            mkdir -p "$STORE"
            mount -t tmpfs -o size=20m none "$STORE" || exit 99
            {script}
            """;
        string[] arguments = Environment.IsPrivilegedProcess ? ["-m", "bash", "-c", whole] : ["-rm", "bash", "-c", whole];
        var start = new ProcessStartInfo("unshare", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var text = await said + await errors;
        Assert.SkipWhen(process.ExitCode == 99 || text.Contains("unshare failed", StringComparison.Ordinal), $"this machine lets nobody mount a file system of their own: {text.Trim()}");
        return text;
    }
}
