using System.Buffers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Cli.Attached;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Objects.Core;
using LlmKube.Operator.Pods;
using LlmKube.Resources;

namespace LlmKube.Cli.Commands.Cache.Claims;

/// <summary>
/// Runs this product's own command in a pod that mounts a claim, with this terminal at its other end: what it prints, draws and ends with
/// is what a person sees here.
/// </summary>
internal sealed class ClaimCommand(ClaimStore store, CommandContext context)
{
    private const int BufferBytes = 32 * 1024;
    private const int MaxReconnections = 5;
    private const string SharedByNodes = "ReadWriteMany";
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_end = TimeSpan.FromMinutes(1);

    private KubernetesClient Client => store.Connection.Client;

    /// <summary>Runs it to its end; its exit code.</summary>
    /// <param name="arguments">The command line in the pod.</param>
    /// <param name="secret">The Secret with a source's credentials.</param>
    /// <param name="input">What the command reads; null for nothing.</param>
    /// <param name="output">Where its data goes instead of this terminal.</param>
    /// <param name="cancellationToken">Ends it here and there.</param>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, string? secret, Stream? input, Stream? output, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(store.Namespace, $"llmkube-cache-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        await RemoveFinishedAsync(cancellationToken);
        var work = await WorkAsync(key, arguments, secret, cancellationToken);
        var greeting = new Greeting
        {
            OutputIsTerminal = output is null && context.Terminal.OutIsTerminal,
            ErrorIsTerminal = context.Terminal.ErrorIsTerminal,
            Width = context.Terminal.Width,
            Color = context.Terminal.Color,
            InUse = await InUseAsync(cancellationToken),
        };
        await Client.Of<Pod>().CreateAsync(StorePodObject.Attached(work with { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { [Greeting.Variable] = "1" } }, store.Settings), cancellationToken);
        try
        {
            var pod = new PodProgress(Client, key, context.Terminal);
            if ((await pod.BegunAsync(s_start, cancellationToken)).Status?.Phase == "Running")
            {
                await ConverseAsync(key, greeting, input, output, cancellationToken);
            }

            var ended = Ended(await pod.EndedAsync(s_end, cancellationToken));
            await NoteAsync(StoreChange.Find(ended.Message), cancellationToken);
            return ended.ExitCode;
        }
        finally
        {
            await Client.Of<Pod>().DeleteAsync(key, new DeleteOptions { GracePeriodSeconds = 0 }, CancellationToken.None);
        }
    }

    /// <summary>Leaves a command to the cluster, as a Job that goes on when this process ends; false where it goes on already.</summary>
    public async Task<bool> LeaveAsync(string name, IReadOnlyList<string> arguments, string? secret, CancellationToken cancellationToken)
    {
        var work = await WorkAsync(new ObjectKey(store.Namespace, name), arguments, secret, cancellationToken);
        try
        {
            await Client.Of<Kubernetes.Objects.Workloads.Job>().CreateAsync(StorePodObject.Detached(work, store.Settings), cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            return false;
        }
    }

    private async Task<StoreWork> WorkAsync(ObjectKey key, IReadOnlyList<string> arguments, string? secret, CancellationToken cancellationToken)
    {
        var modes = store.Claim.Status?.AccessModes ?? store.Claim.Spec?.AccessModes ?? [];
        return new StoreWork
        {
            Key = key,
            Claim = store.Name,
            Arguments = arguments,
            Secret = secret,
            Node = modes.Contains(SharedByNodes, StringComparer.Ordinal) ? null : await NodeOfUsersAsync(cancellationToken),
            ReadOnly = modes is ["ReadOnlyMany"],
        };
    }

    /// <summary>A claim of one node that is in use can be mounted on that node alone.</summary>
    private async Task<string?> NodeOfUsersAsync(CancellationToken cancellationToken)
    {
        var pods = await Client.Of<Pod>().ListAsync(new ListOptions { Namespace = store.Namespace }, cancellationToken);
        return pods.Items.FirstOrDefault(pod => pod.Spec is { NodeName.Length: > 0 } && pod.Status?.Phase is "Running" or "Pending" && Mounts(pod))?.Spec!.NodeName;
    }

    private bool Mounts(Pod pod) => pod.Spec!.Volumes?.Any(volume =>
        volume.TryGetProperty("persistentVolumeClaim", out var claim) && claim.TryGetProperty("claimName", out var name) && name.GetString() == store.Name) == true;

    /// <summary>Pods of commands whose terminal went away.</summary>
    private async Task RemoveFinishedAsync(CancellationToken cancellationToken)
    {
        var left = await Client.Of<Pod>().ListAsync(new ListOptions { Namespace = store.Namespace, LabelSelector = $"{Labels.AppComponent}={StorePodObject.Component}" }, cancellationToken);
        foreach (var pod in left.Items.Where(pod => pod.Status?.Phase is "Succeeded" or "Failed" && pod.Metadata.OwnerReferences is null or []))
        {
            await Client.Of<Pod>().DeleteAsync(pod.Key(), new DeleteOptions { Uid = pod.Metadata.Uid }, cancellationToken);
        }
    }

    private async Task<ModelsInUse?> InUseAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ModelsInUse.ReadAsync(Client, store.Namespace, cancellationToken);
        }
        catch (ApiException e) when (e.IsForbidden || e.IsNotFound)
        {
            return null;
        }
    }

    private async Task ConverseAsync(ObjectKey pod, Greeting greeting, Stream? input, Stream? output, CancellationToken cancellationToken)
    {
        var writers = (Output: new TextOf(context.Terminal.Out), Error: new TextOf(context.Terminal.Error.Profile.Out.Writer));
        for (var reconnections = 0; ; reconnections++)
        {
            try
            {
                await using var attachment = await Client.AttachAsync(pod, StorePodObject.Container, withInput: reconnections == 0, cancellationToken);
                using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var sending = reconnections == 0 ? SendAsync(attachment, greeting, input, over.Token) : Task.CompletedTask;
                var receiving = ReceiveAsync(attachment, writers, output, over.Token);
                try
                {
                    if (await Task.WhenAny(sending, receiving) == sending && sending.Exception?.InnerException is not WebSocketException)
                    {
                        await sending;
                    }

                    await receiving;
                    return;
                }
                finally
                {
                    await over.CancelAsync();
                    await Task.WhenAny(sending);
                    await Task.WhenAny(receiving);
                }
            }
            catch (WebSocketException) when (input is null && output is null && reconnections < MaxReconnections)
            {
                // It goes on by itself, and what it prints from now on can be seen.
            }
            catch (WebSocketException e)
            {
                throw new CommandFailure($"The connection to the pod {pod} was cut: {e.Message}", "Nothing of it was stored or written. Run the same again.", ExitCodes.Retry);
            }
            catch (ApiException e) when (reconnections > 0 && !e.IsForbidden)
            {
                // It ended meanwhile.
                return;
            }
        }
    }

    private static async Task SendAsync(PodAttachment attachment, Greeting greeting, Stream? input, CancellationToken cancellationToken)
    {
        await attachment.WriteAsync(greeting.ToFrame(), cancellationToken);
        if (input is null)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await input.ReadAsync(buffer.AsMemory(FramedStream.HeaderBytes, BufferBytes - FramedStream.HeaderBytes), cancellationToken)) > 0)
            {
                FramedStream.WriteLength(buffer, read);
                await attachment.WriteAsync(buffer.AsMemory(0, FramedStream.HeaderBytes + read), cancellationToken);
            }

            await attachment.WriteAsync(FramedStream.End, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task ReceiveAsync(PodAttachment attachment, (TextOf Output, TextOf Error) writers, Stream? output, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (await attachment.ReadAsync(buffer, cancellationToken) is { } part)
        {
            switch (part.Channel)
            {
                case PodChannel.Output when output is not null:
                    await output.WriteAsync(buffer.AsMemory(0, part.Count), cancellationToken);
                    break;
                case PodChannel.Output:
                    writers.Output.Write(buffer.AsSpan(0, part.Count));
                    break;
                case PodChannel.Error:
                    writers.Error.Write(buffer.AsSpan(0, part.Count));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Notes on the claim what its store has, so that the operator serves it though its place cannot be reached.</summary>
    private async Task NoteAsync(StoreChange? change, CancellationToken cancellationToken)
    {
        var annotations = new JsonObject();
        foreach (var key in change?.Removed ?? [])
        {
            annotations[StoredModelNote.AnnotationOf(key)] = null;
        }

        if (change is { StoredKey: { } stored, Stored: { } note })
        {
            annotations[StoredModelNote.AnnotationOf(stored)] = note.ToText();
        }

        if (annotations.Count == 0)
        {
            return;
        }

        try
        {
            var patch = Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } });
            await Client.Of<PersistentVolumeClaim>().PatchAsync(store.Claim.Key(), patch, new PatchOptions { FieldManager = "llmkube" }, cancellationToken);
        }
        catch (ApiException e) when (e.IsForbidden)
        {
            context.Terminal.Say($"The claim {store.Name} was not noted to have it, because you may not change claims: a Model is served from there once its source was reached.");
        }
    }

    private static ContainerStateTerminated Ended(Pod pod)
    {
        var ended = pod.Status?.ContainerStatuses?.Select(container => container.State?.Terminated).FirstOrDefault(state => state is not null);
        return ended switch
        {
            { Reason: "OOMKilled" } => throw new CommandFailure($"The pod {pod.Key()} ran out of memory.", "The node, or a limit of the namespace, gives it too little."),
            not null => ended,
            null => throw new CommandFailure($"The pod {pod.Key()} ended without a word: {pod.Status?.Reason} {pod.Status?.Message}", "Run the same again.", ExitCodes.Retry),
        };
    }

    /// <summary>Text that comes in pieces, which may end within a character.</summary>
    private sealed class TextOf(TextWriter writer)
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
        private readonly char[] _characters = new char[BufferBytes + 1];

        public void Write(ReadOnlySpan<byte> bytes) => writer.Write(_characters, 0, _decoder.GetChars(bytes, _characters, flush: false));
    }
}
