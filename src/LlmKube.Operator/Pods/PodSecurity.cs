using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.Operator.Pods;

/// <summary>What pods may do: the <c>restricted</c> Pod Security Standard, unless their user says otherwise.</summary>
internal static class PodSecurity
{
    public static JsonElement OfPod(PodSettings settings, bool usesRenderDevice)
    {
        var context = new JsonObject
        {
            ["runAsNonRoot"] = true,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        };
        if (settings.RunAsUser is { } user)
        {
            context["runAsUser"] = user;
        }

        if (settings.FsGroup is { } group)
        {
            context["fsGroup"] = group;

            // A store of many files is not walked at every start: the group is set once, at its root.
            context["fsGroupChangePolicy"] = "OnRootMismatch";
        }

        if (usesRenderDevice && settings.RenderGroup is { } render)
        {
            context["supplementalGroups"] = new JsonArray(render);
        }

        return PodJson.Of(context);
    }

    public static JsonElement OfContainer(bool readOnlyRoot)
    {
        var context = new JsonObject
        {
            ["allowPrivilegeEscalation"] = false,
            ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
        };
        if (readOnlyRoot)
        {
            context["readOnlyRootFilesystem"] = true;
        }

        return PodJson.Of(context);
    }
}
