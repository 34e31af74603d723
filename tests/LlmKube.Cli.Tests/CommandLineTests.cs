using LlmKube.Cli.Commands;
using LlmKube.Cli.Commands.Services;
using LlmKube.Cli.Console;
using LlmKube.Resources.V1Alpha1;
using Shouldly;
using Xunit;

namespace LlmKube.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData(ExitCodes.Ok, "version")]
    [InlineData(ExitCodes.Ok, "deploy", "--help")]
    [InlineData(ExitCodes.Usage, "deploy", "demo")]
    [InlineData(ExitCodes.Usage, "nonsense")]
    [InlineData(ExitCodes.Usage, "list", "-o", "toml")]
    [InlineData(ExitCodes.Failed, "list", "--kubeconfig", "/nowhere/kubeconfig")]
    public async Task The_exit_code_tells_scripts_what_happened(int code, params string[] arguments)
    {
        var (actual, _, _) = await RunAsync(arguments);

        actual.ShouldBe(code);
    }

    [Fact]
    public async Task A_missing_kubeconfig_is_said_on_the_error_stream_alone()
    {
        var (_, output, error) = await RunAsync("list", "--kubeconfig", "/nowhere/kubeconfig");

        output.ShouldBeEmpty();
        error.ShouldContain("/nowhere/kubeconfig does not exist");
    }

    [Theory]
    [InlineData("bash", "complete")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c llmkube")]
    public async Task Every_shell_gets_its_completion(string shell, string part)
    {
        var (_, output, _) = await RunAsync("completion", shell);

        output.ShouldContain(part);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("1h", 3600)]
    [InlineData("5", 5)]
    public void Durations_read_as_people_write_them(string text, int seconds) => DeployCommand.ParseDuration(text).TotalSeconds.ShouldBe(seconds);

    [Fact]
    public void Deploy_sets_only_what_was_said()
    {
        var (model, service) = DeployedObjects.From(new DeployOptions { Name = "demo", Source = "/m.gguf" }, "default");

        model.Spec.ShouldBe(new ModelSpec { Source = SourceField.FromText("/m.gguf") });
        service.Spec.ShouldBe(new InferenceServiceSpec { ModelRef = "demo", Replicas = 1 });
    }

    [Fact]
    public void Deploy_never_pins_an_image_for_a_GPU()
    {
        var (model, service) = DeployedObjects.From(new DeployOptions { Name = "demo", Source = "/m.gguf", Gpu = true, Accelerator = "rocm" }, "default");

        service.Spec.Image.ShouldBeNull();
        model.Spec.Hardware!.Gpu!.Vendor.ShouldBe(GpuVendors.Amd);
        service.Spec.Resources!.Gpu.ShouldBe(1);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error, outputIsTerminal: false, errorIsTerminal: false, width: 200, color: false);
        var context = new CommandContext { Terminal = terminal, Environment = static _ => null };
        var code = await LlmKubeCommand.RunAsync(arguments, context, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
