using System.Text.Json.Nodes;
using LlmKube.ApiServer.Admission;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Lifecycle;
using LlmKube.ApiServer.Schemas;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Verbs;

/// <summary>What every object passes on its way into the store: its identity, the schema, the kind's own rules and admission.</summary>
internal sealed class WriteChecks(ServerContext server, ObjectRules rules, BuiltInStrategies strategies)
{
    /// <summary>The body must be of the kind, in the namespace and under the name that the path says.</summary>
    public static void Identify(ResourceRequest request, JsonObject body)
    {
        var definition = request.Definition;
        var kind = (string?)body["kind"];
        var version = (string?)body["apiVersion"];
        if (string.IsNullOrEmpty(kind))
        {
            throw Failures.BadRequest($"Object 'Kind' is missing in the body: it must be \"{definition.Kind}\"");
        }

        if (kind != definition.Kind || version != definition.ApiVersion)
        {
            throw Failures.BadRequest(
                $"{kind} in version \"{version}\" cannot be handled as a {definition.Kind}: the API version in the data ({version}) "
                + $"does not match the expected API version ({definition.ApiVersion})");
        }

        if (body["metadata"] is not (null or JsonObject))
        {
            throw Failures.BadRequest("metadata must be an object");
        }

        var ns = MetadataFields.Text(body, "namespace");
        if (!string.IsNullOrEmpty(ns) && ns != request.Namespace)
        {
            throw Failures.BadRequest(
                "the namespace of the provided object does not match the namespace sent on the request");
        }

        if (definition.Namespaced)
        {
            MetadataFields.Of(body)["namespace"] = request.Namespace;
        }
        else
        {
            MetadataFields.Of(body).Remove("namespace");
        }
    }

    /// <summary>Prunes, defaults, mutates and validates <paramref name="tree"/> in place.</summary>
    public void Admit(ResourceRequest request, JsonObject tree, JsonObject? old)
    {
        var kind = request.Kind;
        request.TellStrayFields(ObjectRules.Prune(kind, tree));
        ObjectRules.Default(kind, tree);
        strategies.Prepare(request, tree, old);
        var admission = Question(request, tree, old);
        if (admission is not null)
        {
            server.Admission!.Mutate(admission);
        }

        if (request.Kind.DeprecationWarning is { } deprecation)
        {
            request.Http.Warn(deprecation);
        }

        var causes = rules.Validate(kind, tree, old).Select(finding => finding.ToCause()).ToList();
        if (causes.Count > 0)
        {
            throw Failures.Invalid(request.Definition.Group, request.Definition.Kind, MetadataFields.Text(tree, "name") ?? "", causes);
        }

        if (admission is not null)
        {
            Obey(request, tree, server.Admission!.Validate(admission));
        }
    }

    /// <summary>Asks the host whether an object may go.</summary>
    public void AdmitDeletion(ResourceRequest request, JsonObject old)
    {
        if (Question(request, null, old) is { } question)
        {
            Obey(request, old, server.Admission!.Validate(question));
        }
    }

    private AdmissionRequest? Question(ResourceRequest request, JsonObject? tree, JsonObject? old)
    {
        if (server.Admission is null)
        {
            return null;
        }

        var operation = (tree, old) switch
        {
            (null, _) => AdmissionOperation.Delete,
            (_, null) => AdmissionOperation.Create,
            _ => AdmissionOperation.Update,
        };
        var key = new ObjectKey(request.Namespace, MetadataFields.Text(tree ?? old!, "name") ?? "");
        return new AdmissionRequest(operation, request.Definition, key, request.Subresource, tree, old, request.Query.DryRun);
    }

    private static void Obey(ResourceRequest request, JsonObject tree, AdmissionVerdict verdict)
    {
        foreach (var warning in verdict.Warnings)
        {
            request.Http.Warn(warning);
        }

        var name = MetadataFields.Text(tree, "name") ?? "";
        if (verdict.Findings.Count > 0)
        {
            throw Failures.Invalid(
                request.Definition.Group,
                request.Definition.Kind,
                name,
                [.. verdict.Findings.Select(finding => new StatusCause { Field = finding.Field, Message = finding.Message, Reason = finding.Reason })]);
        }

        if (verdict.Denied is { } why)
        {
            throw Failures.Forbidden(request.Collection, name, why);
        }
    }
}
