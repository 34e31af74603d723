using System.CommandLine;
using LlmKube.Cli.Commands.Roles;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Operator.Pods;
using LlmKube.Resources;

namespace LlmKube.Cli.Commands.Cache.Claims;

/// <summary>How the LLMKube of a cluster runs its pods: pods that the command line makes run the same way.</summary>
internal static class InstalledOperator
{
    private const string Role = "operator";

    /// <summary>What the operator's Deployment says; null where there is none, or the user may not see it.</summary>
    public static async Task<PodSettings?> FindAsync(KubernetesClient client, CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            var deployments = await client.Of<Deployment>().ListAsync(new ListOptions { LabelSelector = $"{Labels.AppComponent}={Role}" }, cancellationToken);
            return deployments.Items.SelectMany(one => one.Spec?.Template?.Spec?.Containers ?? []).FirstOrDefault(one => one.Args is [Role, ..]) is { } container
                ? Read(container, context)
                : null;
        }
        catch (ApiException e) when (e.IsForbidden || e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Its flags, read as it reads them itself; what a later version added is passed over.</summary>
    internal static PodSettings Read(Container container, CommandContext context)
    {
        var flags = new OperatorFlags();
        var command = new Command(Role) { TreatUnmatchedTokensAsErrors = false };
        flags.AddTo(command);
        return flags.Settings(command.Parse([.. container.Args!.Skip(1)]), context with { Environment = name => name == OperatorFlags.ImageVariable ? container.Image : null });
    }
}
