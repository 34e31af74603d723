using System.CommandLine;
using System.Net;
using LlmKube.Cli.Hosting;

namespace LlmKube.Cli.Commands.Roles;

/// <summary>Where the operator answers: to a kubelet, to Prometheus, and to what tells of changes.</summary>
internal sealed class OperatorAddresses
{
    private readonly Option<string> _health = OperatorFlags.Text("--health-probe-bind-address", ":8081", "Where /healthz and /readyz are served; 0 for nowhere", "address");
    private readonly Option<string> _metrics = OperatorFlags.Text("--metrics-bind-address", "0", "Where /metrics is served; 0 for nowhere", "address");
    private readonly Option<string> _notifications = OperatorFlags.Text(
        "--notifications-bind-address", "0", $"Where object stores and registries POST /notifications of changes; 0 for nowhere ({NotificationServer.TokenVariable}: the token that they have to show)", "address");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_health, _metrics, _notifications])
        {
            command.Options.Add(option);
        }
    }

    public IPEndPoint? Probes(ParseResult parsed) => Read(parsed, _health);

    public IPEndPoint? Metrics(ParseResult parsed) => Read(parsed, _metrics);

    public IPEndPoint? Notifications(ParseResult parsed) => Read(parsed, _notifications);

    private static IPEndPoint? Read(ParseResult parsed, Option<string> option) => ProbeServer.Parse(parsed.GetValue(option)!, option.Name);
}
