using Shouldly;
using Xunit;

namespace LlmKube.Repository.Tests.Rbac;

/// <summary>The manifests under deploy/rbac grant each role what it uses, and nothing else.</summary>
public sealed class RbacTests
{
    /// <summary>What is granted and may go unseen here.</summary>
    private static readonly Dictionary<string, string[]> s_unseen = new(StringComparer.Ordinal)
    {
        // Clusters with OwnerReferencesPermissionEnforcement ask for it of whoever sets an owner with blockOwnerDeletion.
        // An event is patched when it is repeated, which is a matter of luck.
        ["operator"] = ["update inferenceservices/finalizers.inference.llmkube.dev", "update models/finalizers.inference.llmkube.dev", "update models/finalizers.kubeai.org", "patch events"],
        ["agent"] = ["update inferenceservices/finalizers.inference.llmkube.dev"],
        ["router"] = [],
    };

    [Fact]
    public async Task Agents_and_routers_are_granted_what_it_uses_and_nothing_else()
    {
        await using var work = await RolesUnderWork.StartAsync();
        await work.LiveAsync();
        Compare("agent", work.Agent.Used);
        Compare("router", work.Router.Used);
    }

    [Fact]
    public async Task The_operator_of_a_cluster_is_granted_what_it_uses_and_nothing_else()
    {
        await using var work = await OperatorUnderWork.StartAsync();
        await work.LiveAsync();
        Compare("operator", work.Requests.Used);
    }

    private static void Compare(string role, IReadOnlyCollection<Permission> used)
    {
        var granted = RoleManifest.Granted(role);
        used.Where(permission => !granted.Contains(permission)).Select(permission => permission.ToString()).Order(StringComparer.Ordinal)
            .ShouldBeEmpty($"deploy/rbac/{role}.yaml must grant what the {role} uses");
        granted.Where(permission => !used.Contains(permission)).Select(permission => permission.ToString()).Except(s_unseen[role], StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ShouldBeEmpty($"deploy/rbac/{role}.yaml must not grant what the {role} never uses");
    }
}
