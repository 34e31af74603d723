using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>Runs one case in a namespace and a directory of its own, and says at which line what was wrong.</summary>
internal sealed class CaseRunner : IAsyncDisposable
{
    /// <summary>The definition of a custom kind in the case's own group; every case has the file, those that apply it have the kind.</summary>
    private const string ThingsFile = "things.yaml";

    private static readonly TimeSpan s_eventually = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Case _case;
    private readonly string _kubectl;
    private readonly string _directory;
    private readonly string _kubeconfig;
    private readonly string _namespace;
    private readonly Variables _variables = new();
    private readonly Dictionary<string, Kubectl> _background = new(StringComparer.Ordinal);

    private CaseRunner(Case @case, string kubectl, string directory)
    {
        _case = @case;
        _kubectl = kubectl;
        _directory = directory;
        _kubeconfig = Path.Combine(directory, "kubeconfig");
        _namespace = "conf-" + Guid.NewGuid().ToString("N")[..10];
        _variables.Set("NS", _namespace);
        _variables.Set("GROUP", _namespace + ".example.com");
    }

    public static async Task RunAsync(Case @case, string kubectl, string kubeconfig, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("llmkube-conformance-").FullName;
        await using var runner = new CaseRunner(@case, kubectl, directory);
        File.Copy(kubeconfig, runner._kubeconfig);
        await File.WriteAllTextAsync(Path.Combine(directory, "namespace.json"),
            $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{runner._namespace}}}"}}""", cancellationToken);
        await runner.MustAsync($"config set-context --current --namespace={runner._namespace}", cancellationToken);
        await runner.MustAsync("create -f namespace.json", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, ThingsFile), runner._variables.Fill(CaseFiles.Read(ThingsFile)), cancellationToken);
        foreach (var step in @case.Steps)
        {
            await runner.TakeAsync(step, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in _background.Values)
        {
            await running.DisposeAsync();
        }

        // The case's verdict stands; what it leaves in the cluster goes in the background.
        if (_case.Steps.OfType<Step.Run>().Any(run => run.Command.Contains(ThingsFile, StringComparison.Ordinal)))
        {
            await ExecuteAsync($"kubectl delete -f {ThingsFile} --wait=false --ignore-not-found", CancellationToken.None);
        }

        var cleanUp = await ExecuteAsync($"kubectl delete namespace {_namespace} --wait=false --ignore-not-found", CancellationToken.None);
        if (cleanUp.ExitCode == 0)
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private async Task TakeAsync(Step step, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case Step.WriteFile file:
                await File.WriteAllTextAsync(Path.Combine(_directory, file.Name), _variables.Fill(file.Content), cancellationToken);
                break;
            case Step.Run run:
                await RunAsync(run, cancellationToken);
                break;
            case Step.Start start:
                _background.Add(start.Name, Start(start.Command));
                break;
            case Step.Await wait:
                await AwaitAsync(wait, cancellationToken);
                break;
            case Step.Stop stop:
                var result = await _background[stop.Name].StopAsync(cancellationToken);
                Judge(stop.Line, "stop " + stop.Name, stop.Expectations, result);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task RunAsync(Step.Run run, CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var result = await ExecuteAsync(run.Command, cancellationToken);
            var isLast = !run.Eventually || TimeProvider.System.GetElapsedTime(deadline) > s_eventually;
            if (isLast || Faults(run.Expectations, result).Count == 0)
            {
                Judge(run.Line, run.Command, run.Expectations, result);
                return;
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    private async Task AwaitAsync(Step.Await wait, CancellationToken cancellationToken)
    {
        var kubectl = _background[wait.Name];
        var pattern = new Regex(_variables.Fill(wait.Pattern), RegexOptions.Multiline, TimeSpan.FromSeconds(5));
        var since = TimeProvider.System.GetTimestamp();
        while (!pattern.IsMatch(kubectl.Output))
        {
            if (TimeProvider.System.GetElapsedTime(since) > s_eventually || (kubectl.HasExited && !pattern.IsMatch(kubectl.Output)))
            {
                var result = await kubectl.StopAsync(cancellationToken);
                throw new CaseFailedException(Describe(wait.Line, $"wait {wait.Name}", [$"the output does not come to match {pattern}"], result));
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    private async Task MustAsync(string arguments, CancellationToken cancellationToken)
    {
        var result = await ExecuteAsync("kubectl " + arguments, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new CaseFailedException(Describe(0, "kubectl " + arguments, ["setting up the case failed"], result));
        }
    }

    private async Task<CommandResult> ExecuteAsync(string command, CancellationToken cancellationToken)
    {
        await using var kubectl = Start(command);
        return await kubectl.EndAsync(cancellationToken);
    }

    private Kubectl Start(string command) => Kubectl.Start(_kubectl, CommandLine.Parse(_variables.Fill(command)), _directory, _kubeconfig);

    private List<string> Faults(IReadOnlyList<Expectation> expectations, CommandResult result) =>
        [.. expectations.Select(expectation => expectation.Fault(result, _variables)).OfType<string>()];

    private void Judge(int line, string command, IReadOnlyList<Expectation> expectations, CommandResult result)
    {
        var faults = Faults(expectations, result);
        if (faults.Count > 0)
        {
            throw new CaseFailedException(Describe(line, command, faults, result));
        }
    }

    private string Describe(int line, string command, IReadOnlyList<string> faults, CommandResult result)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_case.File} line {line}: {_variables.Fill(command)}\n");
        foreach (var fault in faults)
        {
            text.Append("  ").Append(fault).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}, output:\n{result.Output}\nstandard error:\n{result.Error}");
        return text.ToString();
    }
}

/// <summary>A case's expectation was not met; the message shows the command and all that it printed.</summary>
internal sealed class CaseFailedException(string message) : Exception(message);
