using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;

namespace LlmKube.Operator.Pods;

/// <summary>Brings what stands for services in a cluster to what is planned. The only place that writes it.</summary>
internal sealed class PodObjects
{
    private static readonly InformerOptions s_ours = new() { LabelSelector = Labels.Service };

    private readonly KubernetesClient _client;
    private readonly Informer<Deployment> _deployments;
    private readonly Informer<HorizontalPodAutoscaler>? _autoscalers;
    private readonly Informer<PodDisruptionBudget>? _budgets;
    private readonly AppliedObjects<Deployment> _appliedDeployments;
    private readonly AppliedObjects<Service> _appliedServices;
    private readonly AppliedObjects<HorizontalPodAutoscaler>? _appliedAutoscalers;
    private readonly AppliedObjects<PodDisruptionBudget>? _appliedBudgets;

    public PodObjects(KubernetesClient client, ControllerHost host, Capabilities capabilities)
    {
        _client = client;
        _deployments = host.Cache<Deployment>(s_ours);
        _appliedDeployments = new AppliedObjects<Deployment>(client, _deployments, FieldManagers.Operator);
        _appliedServices = new AppliedObjects<Service>(client, host.Cache<Service>(s_ours), FieldManagers.Operator);
        if (capabilities.Autoscaling)
        {
            _autoscalers = host.Cache<HorizontalPodAutoscaler>(s_ours);
            _appliedAutoscalers = new AppliedObjects<HorizontalPodAutoscaler>(client, _autoscalers, FieldManagers.Operator);
        }

        if (capabilities.DisruptionBudgets)
        {
            _budgets = host.Cache<PodDisruptionBudget>(s_ours);
            _appliedBudgets = new AppliedObjects<PodDisruptionBudget>(client, _budgets, FieldManagers.Operator);
        }
    }

    /// <summary>Applies everything; where new pods wait, those that run are left as they are.</summary>
    public async Task ApplyAsync(PodPlan plan, bool isDeferred, CancellationToken cancellationToken)
    {
        // What a claim asks for is its own once it is there.
        foreach (var claim in plan.Claims)
        {
            await _client.CreateIfMissingAsync(claim, cancellationToken);
        }

        if (!isDeferred)
        {
            await LeaveRollingUpdateAsync(plan.Deployment, cancellationToken);
            await _appliedDeployments.ApplyAsync(plan.Deployment, cancellationToken);
        }

        await _appliedServices.ApplyAsync(plan.Service, cancellationToken);
        await ApplyOrDeleteAsync(plan.Deployment, plan.Autoscaler, _autoscalers, _appliedAutoscalers, cancellationToken);
        await ApplyOrDeleteAsync(plan.Deployment, plan.Budget, _budgets, _appliedBudgets, cancellationToken);
    }

    /// <summary>Takes away the pods of a service that runs on a host by now.</summary>
    public async Task RemoveAsync(IResource service, CancellationToken cancellationToken)
    {
        if (_deployments.Find(service.Key()) is { } deployment && IsOwnedBy(deployment, service.Metadata.Uid))
        {
            await _client.Of<Deployment>().DeleteAsync(service.Key(), new DeleteOptions { PropagationPolicy = "Background", Uid = deployment.Metadata.Uid }, cancellationToken);
        }
    }

    /// <summary>The API server fills in how to roll, in fields that nobody applied and that an apply therefore cannot take back.</summary>
    private async Task LeaveRollingUpdateAsync(Deployment wanted, CancellationToken cancellationToken)
    {
        if (wanted.Spec?.Strategy?.Type == DeploymentObject.Recreate && _deployments.Find(wanted.Key())?.Spec?.Strategy?.RollingUpdate is not null)
        {
            var strategy = new JsonObject { ["type"] = DeploymentObject.Recreate, ["rollingUpdate"] = null };
            await _client.Of<Deployment>().PatchAsync(
                wanted.Key(),
                Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["strategy"] = strategy } }),
                new PatchOptions { FieldManager = FieldManagers.Operator },
                cancellationToken);
        }
    }

    private async Task ApplyOrDeleteAsync<T>(Deployment deployment, T? wanted, Informer<T>? cache, AppliedObjects<T>? applied, CancellationToken cancellationToken)
        where T : class, IResource<T>
    {
        if (wanted is not null)
        {
            await applied!.ApplyAsync(wanted, cancellationToken);
        }
        else if (cache?.Find(deployment.Key()) is { } live && IsOwnedBy(live, deployment.Metadata.OwnerReferences?[0].Uid))
        {
            applied!.Forget(deployment.Key());
            await _client.Of<T>().DeleteAsync(deployment.Key(), new DeleteOptions { Uid = live.Metadata.Uid }, cancellationToken);
        }
    }

    private static bool IsOwnedBy(IResource child, string? uid) => child.FindController()?.Uid == uid;
}
