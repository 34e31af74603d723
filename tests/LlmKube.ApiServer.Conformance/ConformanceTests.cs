using LlmKube.ApiServer.Conformance.Scripts;
using Xunit;

namespace LlmKube.ApiServer.Conformance;

/// <summary>Runs every case of one file. Each topic is a class, so that topics run side by side.</summary>
public abstract class ConformanceTests(ServerUnderTest server, string topic)
{
    protected static TheoryData<string> NamesOf(string topic) => [.. CaseFiles.Cases(topic).Select(@case => @case.Name)];

    protected Task RunAsync(string name)
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        var @case = CaseFiles.Cases(topic).Single(one => one.Name == name);
        Assert.SkipWhen(server.Version < @case.Since, $"This is Kubernetes {server.Version}, and the case holds from {@case.Since} on.");
        return CaseRunner.RunAsync(
            @case, server.Kubectl, server.KubeConfig, TestContext.Current.CancellationToken);
    }
}
