using System.Globalization;

namespace LlmKube.Bench.Transfer;

/// <summary>
/// A large file from nginx over loopback: <c>llmkube fetch</c>, which verifies and stores, beside curl, curl with sha256sum, and aria2c;
/// then the import of a local file beside <c>cp</c>. Turns alternate; the first warms the disk cache and is not counted.
/// </summary>
internal static class TransferScenario
{
    private const int Turns = 5;
    private const int SmallFiles = 10_000;

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var mebibytes = arguments is ["--mib", var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 2048;
        var llmkube = Path.GetFullPath(Path.Combine("artifacts", "llmkube", "llmkube"));
        if (!File.Exists(llmkube))
        {
            await output.WriteLineAsync($"{llmkube} is not there: scripts/build makes it.");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("llmkube-bench-").FullName;
        try
        {
            await WriteFilesAsync(folder, mebibytes, cancellationToken);
            await using var server = await FileServer.TryStartAsync(folder, cancellationToken);
            if (server is null)
            {
                await output.WriteLineAsync("nginx is not installed, so there is nothing to fetch from.");
                return 2;
            }

            var url = $"http://127.0.0.1:{server.Port}/model.gguf";
            var target = Path.Combine(folder, "target");
            var large = new Race(target, Turns);
            large.Add("curl", "curl", ["-sfo", $"{target}/file", url]);
            large.Add("curl && sync", "sh", ["-c", $"curl -sfo {target}/file {url} && sync {target}/file"]);
            large.Add("curl && sha256sum", "sh", ["-c", $"curl -sfo {target}/file {url} && sha256sum {target}/file >/dev/null"]);
            large.Add("aria2c -x4 with checksum", "aria2c", ["-q", "-x4", "-s4", "--file-allocation=falloc", "--checksum=sha-256=" + await DigestAsync(folder, cancellationToken), "-d", target, "-o", "file", url]);
            large.Add("llmkube fetch", llmkube, ["fetch", url, "--store", target]);
            await large.RunAsync(cancellationToken);
            await large.ReportAsync($"{mebibytes} MiB from nginx", "llmkube fetch", output);

            var import = new Race(target, Turns);
            import.Add("cp", "cp", [$"{folder}/www/model.gguf", $"{target}/file"]);
            import.Add("llmkube cache import --link", llmkube, ["cache", "import", $"{folder}/www/model.gguf", "--as", "bench", "--link", "--store", target]);
            await import.RunAsync(cancellationToken);
            await import.ReportAsync($"{mebibytes} MiB on the same file system", "llmkube cache import --link", output);

            var small = new Race(target, Turns);
            small.Add("cp -r && sha256sum", "sh", ["-c", $"cp -r {folder}/small {target}/small && find {target}/small -type f -exec sha256sum {{}} + >/dev/null"]);
            small.Add("llmkube cache import", llmkube, ["cache", "import", $"{folder}/small", "--as", "bench", "--store", target]);
            await small.RunAsync(cancellationToken);
            await small.ReportAsync($"{SmallFiles} small files", "llmkube cache import", output);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteFilesAsync(string folder, int mebibytes, CancellationToken cancellationToken)
    {
        var piece = new byte[1024 * 1024];
        var random = new Random(1);
        await using (var file = File.Create(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "www")).FullName, "model.gguf")))
        {
            for (var i = 0; i < mebibytes; i++)
            {
                random.NextBytes(piece);
                await file.WriteAsync(piece, cancellationToken);
            }
        }

        var small = Directory.CreateDirectory(Path.Combine(folder, "small")).FullName;
        for (var i = 0; i < SmallFiles; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(small, string.Create(CultureInfo.InvariantCulture, $"f{i:00000}.json")), piece[..random.Next(200, 8000)], cancellationToken);
        }
    }

    private static async Task<string> DigestAsync(string folder, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(Path.Combine(folder, "www", "model.gguf"));
        return Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(file, cancellationToken));
    }
}
