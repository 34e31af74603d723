using System.CommandLine;

namespace LlmKube.Cli.Commands.Local;

/// <summary><c>llmkube up</c>: the whole product on this machine, in the foreground or in the background.</summary>
internal static class UpCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Run in the background; returns when it is ready" };
        var port = new Option<int>("--port") { Description = "Port of the OpenAI-compatible API", DefaultValueFactory = _ => 8080 };
        var apiPort = new Option<int>("--api-port") { Description = "Port of the Kubernetes API", DefaultValueFactory = _ => 6443 };
        var address = new Option<string>("--address") { Description = "Address to listen on; others than loopback are open to the network", DefaultValueFactory = _ => "127.0.0.1" };
        var allow = new Option<string[]>("--allow-path") { Description = "Folder that models may be read from (default: the home folder and the data folder); may be repeated", HelpName = "folder" };
        var engine = new Option<string?>("--llama-server") { Description = "The llama-server to use instead of the one on PATH or the installed one", HelpName = "file" };
        var storeLimit = new Option<string?>("--store-limit") { Description = "Most that the model store may take, such as 200Gi; models that nothing serves make way", HelpName = "size" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Say more about what is decided" };
        var command = new Command(
            "up",
            "Run LLMKube on this machine: Kubernetes API, operator, router and agent in one process\n\nExamples:\n  llmkube up\n  llmkube up --detach --port 9090 --allow-path /models")
        {
            detach, port, apiPort, address, allow, engine, storeLimit, verbose,
        };
        Runner.Bind(command, context, common, (parsed, cancellationToken) =>
        {
            var options = new UpOptions
            {
                Port = parsed.GetValue(port),
                ApiPort = parsed.GetValue(apiPort),
                Address = parsed.GetValue(address)!,
                AllowPaths = parsed.GetValue(allow) ?? [],
                LlamaServer = parsed.GetValue(engine),
                StoreLimit = parsed.GetValue(storeLimit),
                Verbose = parsed.GetValue(verbose),
            };
            return parsed.GetValue(detach)
                ? DetachedStart.RunAsync(options, context, cancellationToken)
                : UpRun.RunAsync(options, context, cancellationToken);
        });
        return command;
    }
}
