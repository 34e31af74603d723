using System.Diagnostics;
using System.Globalization;
using LlmKube.Bench.Router;
using LlmKube.Bench.Transfer;

namespace LlmKube.Bench.Registry;

/// <summary>
/// A model of several files into a real registry and out of it: <c>llmkube push</c> and <c>pull</c> beside oras and skopeo; then a pull of a
/// version that shares half of its layers with what is stored. Turns alternate; the first warms the disk cache and is not counted.
/// </summary>
internal static class RegistryScenario
{
    private const int Turns = 3;
    private const int Files = 4;

    /// <summary>What a registry far away gives one connection, in MiB/s.</summary>
    private const int LimitedMebibytes = 50;

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var mebibytes = arguments is ["--mib", var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 2048;
        var llmkube = Path.GetFullPath(Path.Combine("artifacts", "llmkube", "llmkube"));
        if (!File.Exists(llmkube))
        {
            await output.WriteLineAsync($"{llmkube} is not there: scripts/build makes it.");
            return 2;
        }

        var registry = await PrepareAsync("prepare", cancellationToken);
        var peers = await PrepareAsync("peers", cancellationToken);
        var folder = Directory.CreateTempSubdirectory("llmkube-bench-").FullName;
        var port = ChildProcess.FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "config.yml"), $"version: 0.1\nlog: {{ level: error }}\nstorage: {{ filesystem: {{ rootdirectory: {folder}/data }} }}\nhttp: {{ addr: \"127.0.0.1:{port}\" }}\n", cancellationToken);
        using var server = Process.Start(new ProcessStartInfo(registry, ["serve", Path.Combine(folder, "config.yml")]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = server.StandardError.ReadToEndAsync(cancellationToken);
        _ = server.StandardOutput.ReadToEndAsync(cancellationToken);
        try
        {
            await WriteModelsAsync(folder, mebibytes, cancellationToken);
            var host = $"127.0.0.1:{port}";
            var target = Path.Combine(folder, "target");
            var environment = $"LD_LIBRARY_PATH={peers}/lib HOME={folder}";
            await RunOnceAsync("sh", ["-c", $"for i in $(seq 100); do {llmkube} push {folder}/one oci://{host}/model:one && break; sleep 0.1; done && {llmkube} push {folder}/two oci://{host}/model:two && {llmkube} push {folder}/one oci://{host}/image:one --format image"], cancellationToken);

            var pull = new Race(target, Turns);
            pull.Add("oras pull", "sh", ["-c", $"{environment} {peers}/bin/oras pull --no-tty --plain-http {host}/model:one -o {target}/out"]);
            pull.Add("oras pull && sync", "sh", ["-c", $"{environment} {peers}/bin/oras pull --no-tty --plain-http {host}/model:one -o {target}/out && sync {target}/out/*"]);
            pull.Add("skopeo copy", "sh", ["-c", $"{environment} {peers}/bin/skopeo --insecure-policy copy -q --src-tls-verify=false docker://{host}/image:one dir:{target}/out"]);
            pull.Add("llmkube pull", llmkube, ["pull", $"oci://{host}/model:one", "--store", target]);
            await pull.RunAsync(cancellationToken, before: () => Race.SettleAsync(folder, 3 * mebibytes, cancellationToken));
            await pull.ReportAsync($"{mebibytes} MiB in {Files} files from docker-registry", "llmkube pull", output);

            if (await Nginx.TryStartAsync(port, folder, cancellationToken, LimitedMebibytes) is { } limited)
            {
                await using (limited)
                {
                    await RunOnceAsync(llmkube, ["push", $"{folder}/one/model-0.safetensors", $"oci://{host}/single:one"], cancellationToken);
                    var slow = new Race(target, Turns);
                    slow.Add("oras pull", "sh", ["-c", $"{environment} {peers}/bin/oras pull --no-tty --plain-http 127.0.0.1:{limited.Port}/single:one -o {target}/out"]);
                    slow.Add("llmkube pull", llmkube, ["pull", $"oci://127.0.0.1:{limited.Port}/single:one", "--store", target]);
                    await slow.RunAsync(cancellationToken, before: () => Race.SettleAsync(folder, mebibytes, cancellationToken));
                    await slow.ReportAsync($"{mebibytes / Files} MiB in one file, {LimitedMebibytes} MiB/s a connection", "llmkube pull", output);
                }
            }

            var push = new Race(target, Turns);
            push.Add("oras push", "sh", ["-c", $"cd {folder}/one && {environment} {peers}/bin/oras push --no-tty --plain-http {host}/pushed-$$:1 $(ls)"]);
            push.Add("llmkube push", "sh", ["-c", $"{llmkube} push {folder}/one oci://{host}/pushed-$$:1"]);
            await push.RunAsync(cancellationToken);
            await push.ReportAsync($"{mebibytes} MiB in {Files} files to docker-registry", "llmkube push", output);

            var second = new Race(target, Turns);
            second.Add("llmkube pull", llmkube, ["pull", $"oci://{host}/model:two", "--store", target]);
            second.Add("llmkube pull, with half of its layers in the store", "sh", ["-c", $"{llmkube} pull oci://{host}/model:two --store {folder}/kept"]);
            await RunOnceAsync(llmkube, ["pull", $"oci://{host}/model:one", "--store", $"{folder}/first"], cancellationToken);
            await second.RunAsync(cancellationToken, before: () => RunOnceAsync("sh", ["-c", $"rm -rf {folder}/kept && cp -a {folder}/first {folder}/kept"], cancellationToken));
            await second.ReportAsync("a version of which half is stored", "llmkube pull, with half of its layers in the store", output);
            return 0;
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Two models of as many files, of which half are the same.</summary>
    private static async Task WriteModelsAsync(string folder, int mebibytes, CancellationToken cancellationToken)
    {
        var piece = new byte[1024 * 1024];
        for (var i = 0; i < Files + (Files / 2); i++)
        {
            var random = new Random(i);
            var name = $"model-{i % Files}.safetensors";
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, i < Files ? "one" : "two")).FullName, name);
            await using (var file = File.Create(path))
            {
                for (var done = 0; done < mebibytes / Files; done++)
                {
                    random.NextBytes(piece);
                    await file.WriteAsync(piece, cancellationToken);
                }
            }
        }

        for (var i = Files / 2; i < Files; i++)
        {
            File.Copy(Path.Combine(folder, "one", $"model-{i}.safetensors"), Path.Combine(folder, "two", $"model-{i}.safetensors"));
        }
    }

    private static async Task<string> PrepareAsync(string script, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.GetFullPath(Path.Combine("tests", "registry", script))) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return said.Trim().Split('\n')[^1];
    }

    private static async Task RunOnceAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
        }
    }
}
