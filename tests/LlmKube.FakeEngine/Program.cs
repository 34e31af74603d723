using System.Globalization;
using System.Text.Json.Nodes;
using LlmKube.FakeEngine;

// A process that speaks as llama-server does, starts in no time and does as its environment says: for tests of what runs engines.
if (args.Contains("--help"))
{
    // Strict, it says what it takes, as llama-server does; else nothing that could be held against its arguments.
    foreach (var flag in args.Contains("--strict") ? Behaviour.KnownFlags : [])
    {
        await SayAsync(flag);
    }

    return 0;
}

var behaviour = Behaviour.Read(args, Environment.GetEnvironmentVariable);
await SayAsync($"main: listening on {behaviour.Host}:{behaviour.Port}");
if (behaviour.ExitCode is { } code)
{
    await SayAsync("error: this engine was told to fail");
    return code;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://{behaviour.Host}:{behaviour.Port.ToString(CultureInfo.InvariantCulture)}");
var web = builder.Build();
web.MapGet("/health", () => behaviour.IsLoaded ? Results.Json(new JsonObject { ["status"] = "ok" }) : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
web.MapGet("/slots", () => Results.Json(new JsonArray()));
web.MapPost("/v1/chat/completions", () => Results.Json(new JsonObject
{
    ["object"] = "chat.completion",
    ["choices"] = new JsonArray(new JsonObject
    {
        ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) },
    }),
}));
await web.RunAsync();
return 0;

#pragma warning disable RS0030 // This program has no other way to say anything: whoever runs it collects what it prints.
static Task SayAsync(string line) => Console.Out.WriteLineAsync(line);
#pragma warning restore RS0030
