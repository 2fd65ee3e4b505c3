using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace S3Auth.Deploy.Tests;

public sealed class KubernetesTests
{
    private const string Label = "app.kubernetes.io/name";

    private static readonly string[] Overlays = ["development", "testnet", "production"];

    private static readonly Dictionary<string, JsonNode> Objects =
        Deployment.Yaml("kubernetes", "base", "kustomization.yaml")["resources"].Texts()
        .Select(file => Deployment.Yaml("kubernetes", "base", file))
        .ToDictionary(one => (string)one["kind"]!, StringComparer.Ordinal);

    private static JsonNode Workload => Objects["Deployment"]["spec"]!;

    private static JsonNode Pod => Workload["template"]!["spec"]!;

    private static JsonNode Container => Pod["containers"]!.AsArray().Single()!;

    [Test]
    public void Every_file_is_used() => Assert.That(
        Directory.GetFiles(Deployment.PathOf("kubernetes", "base")).Select(Path.GetFileName),
        Is.EquivalentTo(Deployment.Yaml("kubernetes", "base", "kustomization.yaml")["resources"].Texts().Append("kustomization.yaml")));

    [Test]
    public void Pod_may_do_the_least()
    {
        var (pod, container) = (Pod["securityContext"]!, Container["securityContext"]!);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)pod["runAsNonRoot"], Is.EqualTo("true"));
            Assert.That((string?)pod["runAsUser"], Is.EqualTo("1654"), "APP_UID of .NET's images");
            Assert.That((string?)pod["seccompProfile"]!["type"], Is.EqualTo("RuntimeDefault"));
            Assert.That((string?)container["readOnlyRootFilesystem"], Is.EqualTo("true"));
            Assert.That((string?)container["allowPrivilegeEscalation"], Is.EqualTo("false"));
            Assert.That(container["capabilities"]!["drop"].Texts(), Is.EqualTo(new[] { "ALL" }));
            Assert.That(container["capabilities"]!["add"], Is.Null);
            Assert.That((string?)Pod["automountServiceAccountToken"], Is.EqualTo("false"));
            Assert.That((string?)Objects["ServiceAccount"]["automountServiceAccountToken"], Is.EqualTo("false"));
            Assert.That((string?)Pod["serviceAccountName"], Is.EqualTo((string?)Objects["ServiceAccount"]["metadata"]!["name"]));
            Assert.That(new[] { "hostNetwork", "hostPID", "hostIPC" }.Select(name => Pod[name]), Is.All.Null);
        }
    }

    [Test]
    public void One_folder_of_bounded_size_may_be_written_to()
    {
        var volume = Pod["volumes"]!.AsArray().Single()!;
        var mount = Container["volumeMounts"]!.AsArray().Single()!;

        Assert.That((string?)mount["name"], Is.EqualTo((string?)volume["name"]));
        Assert.That((string?)mount["mountPath"], Is.EqualTo(Value("DATA_DIR")));
        Assert.That((string?)volume["emptyDir"]!["sizeLimit"], Does.Match("^[0-9]+Mi$"));
    }

    [Test]
    public void Probes_ask_for_liveness_where_it_is_about_life_and_for_readiness_where_it_is_about_requests()
    {
        var asked = new[] { "startupProbe", "readinessProbe", "livenessProbe" }.Select(name => Container[name]!["httpGet"]!).ToList();

        Assert.That(asked.Select(get => (string?)get["path"]), Is.EqualTo(new[] { "/healthz", "/readyz", "/healthz" }));
        Assert.That(asked.Select(get => (string?)get["port"]), Is.All.EqualTo((string?)Port["name"]));
    }

    [Test]
    public void Stop_is_waited_for_and_a_rollout_takes_nobody_away_first()
    {
        var drain = int.Parse(Value("DRAIN_SECONDS"), CultureInfo.InvariantCulture);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                int.Parse((string)Pod["terminationGracePeriodSeconds"]!, CultureInfo.InvariantCulture),
                Is.GreaterThanOrEqualTo(Drain.MaxStopTime.TotalSeconds + drain));
            Assert.That(drain, Is.InRange(5, Api.Configuration.Settings.DrainTime.Bounds!.Value.Max));
            Assert.That((string?)Workload["strategy"]!["rollingUpdate"]!["maxUnavailable"], Is.EqualTo("0"));
            Assert.That(Workload["replicas"], Is.Null, "the autoscaler's");
            Assert.That(
                int.Parse((string)Objects["HorizontalPodAutoscaler"]["spec"]!["minReplicas"]!, CultureInfo.InvariantCulture),
                Is.GreaterThanOrEqualTo(2));
            Assert.That((string?)Objects["PodDisruptionBudget"]["spec"]!["maxUnavailable"], Is.EqualTo("1"));
            Assert.That(
                Pod["topologySpreadConstraints"]!.AsArray().Select(one => (string?)one!["topologyKey"]),
                Is.EqualTo(new[] { "topology.kubernetes.io/zone", "kubernetes.io/hostname" }));
            Assert.That(Container["resources"]!["requests"]!["memory"], Is.Not.Null);
            Assert.That(Container["resources"]!["requests"]!["cpu"], Is.Not.Null, "the autoscaler counts in shares of it");
            Assert.That(Container["resources"]!["limits"]!["memory"], Is.Not.Null);
        }
    }

    [Test]
    public void Names_and_labels_are_those_that_are_meant()
    {
        var own = (string?)Workload["template"]!["metadata"]!["labels"]![Label];
        string?[] selectors =
        [
            Selected(Workload["selector"]),
            (string?)Objects["Service"]["spec"]!["selector"]![Label],
            Selected(Objects["PodDisruptionBudget"]["spec"]!["selector"]),
            Selected(Objects["NetworkPolicy"]["spec"]!["podSelector"]),
            .. Pod["topologySpreadConstraints"]!.AsArray().Select(one => Selected(one!["labelSelector"])),
        ];
        var scaled = Objects["HorizontalPodAutoscaler"]["spec"]!["scaleTargetRef"]!;

        Assert.That(own, Is.EqualTo("s3auth"));
        Assert.That(selectors, Is.All.EqualTo(own));
        Assert.That(
            ((string?)scaled["kind"], (string?)scaled["name"]),
            Is.EqualTo(("Deployment", (string?)Objects["Deployment"]["metadata"]!["name"])));
    }

    [Test]
    public void Ports_are_the_services()
    {
        var port = Dockerfile.Read(Deployment.PathOf("Dockerfile")).Image.One("EXPOSE").Rest;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)Port["containerPort"], Is.EqualTo(port));
            Assert.That(
                (string?)Objects["Service"]["spec"]!["ports"]!.AsArray().Single()!["targetPort"],
                Is.EqualTo((string?)Port["name"]));
            Assert.That(Rules("ingress").SelectMany(PortsOf), Is.EqualTo(new[] { ("TCP", port) }));
        }
    }

    [Test]
    public void Network_is_closed_but_for_what_is_named()
    {
        var policy = Objects["NetworkPolicy"]["spec"]!;
        var everywhere = Rules("egress").Where(rule => rule["to"]!.AsArray().Any(to => to!["ipBlock"] is not null)).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(policy["policyTypes"].Texts(), Is.EquivalentTo(new[] { "Ingress", "Egress" }));
            Assert.That(Rules("ingress").Select(rule => rule["from"]), Is.All.Not.Null, "without it, anyone");
            Assert.That(Rules("egress").Select(rule => rule["to"]), Is.All.Not.Null, "without it, anyone");
            Assert.That(
                Rules("egress").SelectMany(PortsOf),
                Is.EquivalentTo(new[] { ("UDP", "53"), ("TCP", "53"), ("TCP", "6379"), ("TCP", "443") }));
            Assert.That(everywhere.SelectMany(PortsOf), Is.EqualTo(new[] { ("TCP", "443") }));
            Assert.That(
                everywhere.SelectMany(rule => rule["to"]!.AsArray()).Select(to => to!["ipBlock"]!["except"]),
                Is.All.Not.Null,
                "the node's metadata");
        }
    }

    [TestCaseSource(nameof(Overlays))]
    public void Overlay_has_the_settings_of_its_environment_and_an_image_with_a_version(string overlay)
    {
        var kustomization = Deployment.Yaml("kubernetes", "overlays", overlay, "kustomization.yaml");
        var settings = kustomization["configMapGenerator"]!.AsArray().Single()!;
        var folder = Deployment.PathOf("kubernetes", "overlays", overlay);
        var image = kustomization["images"]!.AsArray().Single()!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                settings["envs"].Texts().Select(file => Path.GetFullPath(Path.Combine(folder, file))),
                Is.EqualTo(new[] { Deployment.PathOf("env", overlay + ".env") }));
            Assert.That(
                kustomization["resources"].Texts().Select(file => Path.GetFullPath(Path.Combine(folder, file))),
                Is.EqualTo(new[] { Deployment.PathOf("kubernetes", "base") }));
            Assert.That((string?)image["name"], Is.EqualTo((string?)Container["image"]));
            Assert.That(Images.HasVersion($"{image["newName"]}:{image["newTag"]}"));
            Assert.That(Sources().Select(source => source.Name), Is.EqualTo(new[] { (string?)settings["name"], "s3auth-secrets" }));
            Assert.That(File.ReadAllText(Deployment.PathOf("README.md")), Does.Contain("create secret generic s3auth-secrets"));
        }
    }

    [Test]
    public void Own_variables_are_ones_that_the_service_knows() =>
        Assert.That(Container["env"]!.AsArray().Select(one => (string?)one!["name"]), Is.SubsetOf(KnownVariables.All));

    // As the cluster gets it: kustomize changes names, labels and selectors.
    [TestCaseSource(nameof(Overlays))]
    public void Kustomize_leaves_every_selector_as_it_is_written(string overlay)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "kubectl"))))
        {
            Assert.Ignore("Skipped because there is no kubectl on the PATH.");
        }

        using var process = Process.Start(new ProcessStartInfo(
            "kubectl", ["kustomize", "--load-restrictor", "LoadRestrictionsNone", Deployment.PathOf("kubernetes", "overlays", overlay)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        Assert.That(
            output,
            Does.Contain($"{Label}: redis").And.Contain($"namespace: s3auth-{overlay}").And.Contain(
                $"S3_BUCKET: {Deployment.Variables(overlay)["S3_BUCKET"]}"));
    }

    private static JsonNode Port => Container["ports"]!.AsArray().Single()!;

    private static string Value(string name) => (string)Container["env"]!.AsArray().Single(one => (string?)one!["name"] == name)!["value"]!;

    private static IEnumerable<(string Kind, string? Name)> Sources() =>
        Container["envFrom"]!
            .AsArray()
            .Select(source => source!.AsObject().Single())
            .Select(source => (source.Key, (string?)source.Value!["name"]));

    private static string? Selected(JsonNode? selector) => (string?)selector?["matchLabels"]?[Label];

    private static IEnumerable<JsonNode> Rules(string direction) =>
        Objects["NetworkPolicy"]["spec"]![direction]!.AsArray().Select(rule => rule!);

    private static IEnumerable<(string?, string?)> PortsOf(JsonNode rule) =>
        rule["ports"]!.AsArray().Select(port => ((string?)port!["protocol"], (string?)port["port"]));
}
