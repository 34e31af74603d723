using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Client;
using LlmKube.Kubernetes.Objects;
using LlmKube.Local;
using LlmKube.Models.TinyModels;
using LlmKube.Resources.V1Alpha1;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.EndToEnd.Tests;

/// <summary><c>llmkube up</c> is killed again and again, and nothing is lost.</summary>
public sealed class KilledTests
{
    private const int Seed = 20_26;
    private const int Writers = 3;
    private const int LookEvery = 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>How often it is killed; <c>LLMKUBE_KILLS</c> says otherwise.</summary>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("LLMKUBE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 200;

    [Fact]
    public async Task Killed_at_random_instants_it_loses_no_acknowledged_write_and_no_engine()
    {
        await using var product = new Product();
        var random = new Random(Seed);
        var writers = Enumerable.Range(0, Writers).Select(i => new AcknowledgedWrites(i, Seed + i)).ToList();
        product.Start();
        var engines = await DeployAsync(product);
        for (var kill = 0; kill < Kills; kill++)
        {
            if (kill % 5 == 4)
            {
                // While it starts: the instants at which it reads and compacts its own journal.
                await KillAfterAsync(product, random.Next(700));
                product.Start();
            }

            var state = await product.ReadyAsync();
            using (var client = await product.ConnectAsync())
            {
                var found = await AcknowledgedWrites.ReadAllAsync(client);
                writers.ForEach(writer => writer.Verify(found));
                if (kill % LookEvery == 0)
                {
                    await AnswersAsync(product, state, engines);
                }

                var writing = writers.Select(writer => writer.WriteUntilDownAsync(client)).ToArray();
                await KillAfterAsync(product, random.Next(300));
                await Task.WhenAll(writing).WaitAsync(s_patience, TimeProvider.System);
            }

            product.Start();
        }

        await AnswersAsync(product, await product.ReadyAsync(), engines);
        using (var client = await product.ConnectAsync())
        {
            var found = await AcknowledgedWrites.ReadAllAsync(client);
            writers.ForEach(writer => writer.Verify(found));
        }

        product.Engines().ShouldBe(engines, "the engines that ran at the beginning served all the time, and there are no others");
        writers.Sum(writer => writer.Acknowledged).ShouldBeGreaterThan(Kills, "the story is about writes");
        (await product.StopAsync()).ShouldBe(0);
        product.Engines().ShouldBeEmpty();
    }

    /// <summary>Two replicas of a service; returns their processes.</summary>
    private static async Task<IReadOnlyList<int>> DeployAsync(Product product)
    {
        var state = await product.ReadyAsync();
        var path = Path.Combine(product.Home, "tiny.gguf");
        TinyModel.WriteFile(path, new TinyModelOptions());
        using var client = await product.ConnectAsync();
        var metadata = new ObjectMeta { Name = "demo", Namespace = "default" };
        await client.Of<Model>().ApplyAsync(new Model { Metadata = metadata, Spec = new ModelSpec { Source = SourceField.FromText(path) } }, new ApplyOptions("story"), CancellationToken.None);
        await client.Of<InferenceService>().ApplyAsync(
            new InferenceService { Metadata = metadata, Spec = new InferenceServiceSpec { ModelRef = "demo", Replicas = 2 } }, new ApplyOptions("story"), CancellationToken.None);
        await Eventually.HoldsAsync(() => product.Engines().Count == 2, s_patience);
        var engines = product.Engines();
        await AnswersAsync(product, state, engines);
        return engines;
    }

    /// <summary>The router gives answers, and each of the engines has given one.</summary>
    private static async Task AnswersAsync(Product product, RunState state, IReadOnlyList<int> engines)
    {
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler, disposeHandler: false);
        var answered = new HashSet<string>(StringComparer.Ordinal);
        using var limit = new CancellationTokenSource(s_patience, TimeProvider.System);
        while (answered.Count < engines.Count)
        {
            using var body = new StringContent("""{"model":"demo","messages":[{"role":"user","content":"who are you?"}]}""", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri(state.Router, "v1/chat/completions"), body, limit.Token);
            if (answer.IsSuccessStatusCode)
            {
                answered.Add(JsonNode.Parse(await answer.Content.ReadAsStringAsync(limit.Token))!["choices"]![0]!["message"]!["content"]!.GetValue<string>());
            }
            else
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
        }

        var wanted = engines.Select(pid => pid.ToString(CultureInfo.InvariantCulture)).ToList();
        answered.SetEquals(wanted).ShouldBeTrue($"{string.Join(", ", answered)} answered, and {string.Join(", ", wanted)} were started. The product said last:\n{product.LastWords()}");
    }

    private static async Task KillAfterAsync(Product product, int milliseconds)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, CancellationToken.None);
        await product.KillAsync();
    }
}
