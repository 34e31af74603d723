using System.Diagnostics;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Yaml;

namespace LlmKube.TestKit;

/// <summary>Renders the chart as Helm does, with a program that is built once from Debian's Go packages.</summary>
public static class ChartRenderer
{
    private static readonly SemaphoreSlim s_preparing = new(1);
    private static string? s_program;

    /// <summary>Builds the program; a reason where this machine cannot.</summary>
    public static async Task<string?> PrepareAsync(string repository)
    {
        await s_preparing.WaitAsync();
        try
        {
            if (s_program is not null)
            {
                return null;
            }

            if (!File.Exists("/usr/bin/apt-get"))
            {
                return "the renderer of charts is built from Debian's packages, and this is no Debian";
            }

            var (code, output, errors) = await RunAsync(Path.Combine(repository, "tests", "chart", "prepare"), []);
            s_program = code == 0 ? output.Trim().Split('\n')[^1] : null;
            return s_program is null ? $"the renderer of charts could not be built: {errors.Trim().Split('\n')[^1]}" : null;
        }
        finally
        {
            s_preparing.Release();
        }
    }

    /// <summary>The objects of a release.</summary>
    public static async Task<IReadOnlyList<DynamicObject>> RenderAsync(string repository, string release, string ns, params string[] options)
    {
        var (code, output, errors) = await RunAsync(s_program!, [Path.Combine(repository, "deploy", "helm", "llmkube"), release, ns, .. options]);
        return code == 0
            ? [.. YamlText.ParseAll(output).OfType<JsonObject>().Select(json => new DynamicObject(json))]
            : throw new InvalidOperationException($"The chart does not render: {errors}");
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
