using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Controllers;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Kubernetes.Objects.Gateways;
using LlmKube.Kubernetes.Objects.Workloads;
using LlmKube.Resources;

namespace LlmKube.Operator.Pods;

/// <summary>Brings what stands for services in a cluster to what is planned. The only place that writes it.</summary>
internal sealed class PodObjects
{
    private static readonly InformerOptions s_ours = new() { LabelSelector = Labels.Service };

    private readonly KubernetesClient _client;
    private readonly Informer<Deployment> _deployments;
    private readonly AppliedObjects<Deployment> _appliedDeployments;
    private readonly AppliedObjects<Service> _appliedServices;
    private readonly OptionalChild<HorizontalPodAutoscaler>? _autoscalers;
    private readonly OptionalChild<ScaledObject>? _scaledObjects;
    private readonly OptionalChild<PodDisruptionBudget>? _budgets;
    private readonly OptionalChild<ServiceLevelObjective>? _objectives;
    private readonly OptionalChild<GatewayBackend>? _gatewayBackends;
    private readonly OptionalChild<AiServiceBackend>? _serviceBackends;
    private readonly OptionalChild<AiGatewayRoute>? _routes;

    public PodObjects(KubernetesClient client, ControllerHost host, Capabilities capabilities)
    {
        _client = client;
        _deployments = host.Cache<Deployment>(s_ours);
        _appliedDeployments = new AppliedObjects<Deployment>(client, _deployments, FieldManagers.Operator);
        _appliedServices = new AppliedObjects<Service>(client, host.Cache<Service>(s_ours), FieldManagers.Operator);
        _autoscalers = capabilities.Autoscaling ? new(client, host, s_ours) : null;
        _scaledObjects = capabilities.Keda ? new(client, host, s_ours) : null;
        _budgets = capabilities.DisruptionBudgets ? new(client, host, s_ours) : null;
        _objectives = capabilities.Objectives ? new(client, host, s_ours) : null;
        _gatewayBackends = capabilities.AiGateway ? new(client, host, s_ours) : null;
        _serviceBackends = capabilities.AiGateway ? new(client, host, s_ours) : null;
        _routes = capabilities.AiGateway ? new(client, host, s_ours) : null;
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
        var owner = plan.Deployment.FindController()?.Uid ?? "";
        await BringAsync(_autoscalers, owner, plan.Autoscaler, cancellationToken);
        await BringAsync(_scaledObjects, owner, plan.ScaledObject, cancellationToken);
        await BringAsync(_budgets, owner, plan.Budget, cancellationToken);
        await BringAsync(_objectives, owner, plan.Objective, cancellationToken);
        await BringAsync(_gatewayBackends, owner, plan.Gateway?.Backend, cancellationToken);
        await BringAsync(_serviceBackends, owner, plan.Gateway?.ServiceBackend, cancellationToken);
        await BringAsync(_routes, owner, plan.Gateway?.Route, cancellationToken);
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

    /// <summary>A kind that the cluster does not have is nobody's.</summary>
    private static Task BringAsync<T>(OptionalChild<T>? child, string owner, T? wanted, CancellationToken cancellationToken)
        where T : class, IResource<T> => child?.BringAsync(owner, wanted, cancellationToken) ?? Task.CompletedTask;

    private static bool IsOwnedBy(IResource child, string? uid) => child.FindController()?.Uid == uid;
}
