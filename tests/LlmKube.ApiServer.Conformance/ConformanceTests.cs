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
        return CaseRunner.RunAsync(
            CaseFiles.Cases(topic).Single(@case => @case.Name == name), server.Kubectl, server.KubeConfig, TestContext.Current.CancellationToken);
    }
}
