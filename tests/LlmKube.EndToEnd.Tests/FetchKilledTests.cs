using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using LlmKube.Models.Sources;
using LlmKube.TestKit;
using LlmKube.TestKit.Sites;
using Shouldly;
using Xunit;

namespace LlmKube.EndToEnd.Tests;

/// <summary><c>llmkube fetch</c> is killed again and again; each next one goes on, and nobody ever sees half a file.</summary>
public sealed class FetchKilledTests
{
    private const int Seed = 20_27;
    private const int Size = 64 * 1024 * 1024;
    private const int LongestLifeMilliseconds = 750;

    /// <summary>How often it is killed; <c>LLMKUBE_FETCH_KILLS</c> says otherwise.</summary>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("LLMKUBE_FETCH_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 300;

    [Fact]
    public async Task Killed_at_random_instants_it_goes_on_and_shows_no_half_file()
    {
        var store = Directory.CreateTempSubdirectory("llmkube-killed-").FullName;
        var bytes = new byte[Size];
        new Random(Seed).NextBytes(bytes);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        await using var site = await TestSite.StartAsync(new ServedFile(bytes).AnswerAsync);
        var source = site.At("model.gguf");
        var file = Path.Combine(store, CacheKey.Of(source), "model.gguf");
        var random = new Random(Seed);
        var (kept, whole, resumed) = (0L, 0, 0);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start(source, store);
            await LiveAsync(process, site, random, byTime: kill % 3 == 0);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (File.Exists(file))
            {
                await VerifyAsync(file, digest);
                whole++;
                kept = 0;
                Directory.Delete(store, recursive: true);
            }
            else
            {
                Directory.Exists(Path.GetDirectoryName(file)).ShouldBeFalse("a folder without its file would be taken for a model");
                var journaled = Journaled(store);
                journaled.ShouldBeGreaterThanOrEqualTo(kept, $"kill {kill} lost what an earlier attempt had noted");
                resumed += kept > 0 && journaled > kept ? 1 : 0;
                kept = journaled;
            }
        }

        using (var last = Start(source, store))
        {
            await last.WaitForExitAsync(TestContext.Current.CancellationToken);
            last.ExitCode.ShouldBe(0);
        }

        await VerifyAsync(file, digest);
        Directory.Exists(Path.Combine(store, "locks")).ShouldBeTrue();
        Directory.EnumerateFiles(Path.Combine(store, "locks")).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(store, "partial")).ShouldBeEmpty();
        TestContext.Current.SendDiagnosticMessage($"{Kills} kills: {whole} whole, {resumed} resumed");
        (whole + resumed).ShouldBeGreaterThan(Kills / 10, "the story is about transfers that are under way");
        Directory.Delete(store, recursive: true);
    }

    /// <summary>Until some instant: by the clock, so that starts and ends are hit, or by what was sent, so that the middle is.</summary>
    private static async Task LiveAsync(Process process, TestSite site, Random random, bool byTime)
    {
        if (byTime)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(LongestLifeMilliseconds)), TimeProvider.System, TestContext.Current.CancellationToken);
            return;
        }

        var enough = site.BytesSent + random.Next(Size);
        await Eventually.HoldsAsync(() => process.HasExited || site.BytesSent >= enough, TimeSpan.FromMinutes(2));
    }

    private static Process Start(string source, string store)
    {
        var start = new ProcessStartInfo(Product.Executable, ["fetch", source, "--store", store, "--json"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        return process;
    }

    private static async Task VerifyAsync(string file, string digest)
    {
        await using var stream = File.OpenRead(file);
        Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, TestContext.Current.CancellationToken)).ShouldBe(digest);
    }

    /// <summary>Bytes that the journal of the unfinished transfer tells of.</summary>
    private static long Journaled(string store) => Directory.Exists(Path.Combine(store, "partial"))
        ? Directory.EnumerateFiles(Path.Combine(store, "partial"), "*.journal", SearchOption.AllDirectories)
            .SelectMany(File.ReadAllLines).Where(line => line.Split(' ').Length == 3 && char.IsAsciiDigit(line[0]))
            .DistinctBy(line => line.Split(' ')[0], StringComparer.Ordinal).Sum(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture))
        : 0;
}
