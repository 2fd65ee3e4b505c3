using Amazon.CDK;
using Amazon.CDK.AWS.ApplicationAutoScaling;
using Amazon.CDK.AWS.ECR;
using Amazon.CDK.AWS.ECS;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Amazon.CDK.AWS.SecretsManager;
using EcsSecret = Amazon.CDK.AWS.ECS.Secret;
using LayoutTemplate = S3Auth.Domain.LayoutTemplate;
using Secret = Amazon.CDK.AWS.SecretsManager.Secret;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The API on Fargate: at least one task in each zone, replaced one by one. ECS restores the old tasks if new ones do not become ready.
/// </summary>
internal sealed class Service : Construct
{
    /// <summary>Seconds that a stopping task still serves requests (<c>DRAIN_SECONDS</c>), until the load balancer notices.</summary>
    internal const int DrainSeconds = 10;

    /// <summary>Seconds for the whole stop: more than the 28 s that the API needs at most.</summary>
    internal const int StopSeconds = 40;

    /// <summary>The mount path of the data volume.</summary>
    internal const string DataFolder = "/data";

    private const string ApiName = "api";
    private const string DataVolume = "data";

    // The non-root account of Microsoft's .NET images, by number, which needs no file of accounts.
    private const string ApiAccount = "1654:1654";

    private const int BusyPercent = 60;

    // Per minute. Half of the grants of one CPU, measured on a slower machine.
    private const int BusyRequests = 25_000;

    internal Service(Construct scope, DeploymentSettings settings, Network network, SharedRedis redis)
        : base(scope, "Service")
    {
        var environment = settings.Environment;
        Log = MakeLog("Log", environment.LogDays, RemovalPolicy.RETAIN);
        var metricsLog = MakeLog("MetricsLog", days: 7, RemovalPolicy.DESTROY);

        var taskRole = new Role(
            this,
            "TaskRole",
            new RoleProps { AssumedBy = TasksOfThisAccount(), Description = "S3Auth: permissions of a running task" });
        var identity = new SigningIdentity(this, settings, taskRole);
        var metricsToken = new Secret(this, "MetricsToken", new SecretProps
        {
            Description = "S3Auth: METRICS_TOKEN",
            GenerateSecretString = new SecretStringGenerator { PasswordLength = 48, ExcludePunctuation = true },
        });

        var repository = Repository.FromRepositoryName(this, "Repository", ImagesStack.RepositoryName);
        var executionRole = MakeExecutionRole(repository, [redis.Url, metricsToken, .. identity.Keys]);
        var task = new FargateTaskDefinition(this, "Task", new FargateTaskDefinitionProps
        {
            Family = $"s3auth-{environment.Name}",
            Cpu = environment.Cpu,
            MemoryLimitMiB = environment.Memory,
            TaskRole = taskRole,

            // The role has each permission by name; the CDK would add wider ones.
            ExecutionRole = executionRole.WithoutPolicyUpdates(),
            RuntimePlatform =
                new RuntimePlatform { CpuArchitecture = CpuArchitecture.X86_64, OperatingSystemFamily = OperatingSystemFamily.LINUX },
            Volumes = [new Amazon.CDK.AWS.ECS.Volume { Name = DataVolume }],
        });
        var sessions = settings.HasSessions ? new SessionRole(this, settings, identity) : null;
        AddApi(task, settings, network, repository, sessions, SecretsOf(redis, metricsToken, identity));
        Collector.AddTo(task, environment, Log, metricsLog);

        Cluster = new Cluster(this, "Cluster", new ClusterProps { Vpc = network.Vpc, ContainerInsights = true });
        Fargate = new FargateService(this, "Fargate", new FargateServiceProps
        {
            Cluster = Cluster,
            TaskDefinition = task,
            PlatformVersion = FargatePlatformVersion.VERSION1_4,
            VpcSubnets = Network.OfTasks,
            SecurityGroups = [network.Tasks],
            AssignPublicIp = false,
            MinHealthyPercent = 100,
            MaxHealthyPercent = 200,
            CircuitBreaker = new DeploymentCircuitBreaker { Rollback = true },

            // Time for the first reading of the metagraph.
            HealthCheckGracePeriod = Duration.Seconds(60),
            EnableExecuteCommand = false,
        });

        // Starts tasks only after they may read their secrets, Redis exists and the signer has its permissions. Otherwise tasks would count
        // as failed, or make grants that the store refuses.
        Fargate.Node.AddDependency(executionRole, redis.Group, identity);
    }

    internal Cluster Cluster { get; }

    internal FargateService Fargate { get; }

    internal LogGroup Log { get; }

    /// <summary>Scales out by CPU or by requests per task, and in again later.</summary>
    internal void Scale(DeploymentEnvironment environment, ApplicationTargetGroup targets)
    {
        var scaling = Fargate.AutoScaleTaskCount(
            new EnableScalingProps { MinCapacity = environment.MinTasks, MaxCapacity = environment.MaxTasks });
        scaling.ScaleOnCpuUtilization("Cpu", new CpuUtilizationScalingProps
        {
            TargetUtilizationPercent = BusyPercent,
            ScaleOutCooldown = Duration.Seconds(60),
            ScaleInCooldown = Duration.Minutes(5),
        });
        scaling.ScaleOnRequestCount("Requests", new RequestCountScalingProps
        {
            TargetGroup = targets,
            RequestsPerTarget = BusyRequests,
            ScaleOutCooldown = Duration.Seconds(60),
            ScaleInCooldown = Duration.Minutes(5),
        });
    }

    private static Dictionary<string, EcsSecret> SecretsOf(SharedRedis redis, Secret metricsToken, SigningIdentity identity)
    {
        var secrets = new Dictionary<string, EcsSecret>(StringComparer.Ordinal)
        {
            ["REDIS_URL"] = EcsSecret.FromSecretsManager(redis.Url),
            ["METRICS_TOKEN"] = EcsSecret.FromSecretsManager(metricsToken),
        };
        if (identity.Keys is [.., var key])
        {
            secrets[SigningIdentity.KeyIdVariable] = EcsSecret.FromSecretsManager(key, SigningIdentity.KeyIdVariable);
            secrets[SigningIdentity.SecretKeyVariable] = EcsSecret.FromSecretsManager(key, SigningIdentity.SecretKeyVariable);
        }

        return secrets;
    }

    private void AddApi(
        FargateTaskDefinition task,
        DeploymentSettings settings,
        Network network,
        IRepository repository,
        SessionRole? sessions,
        Dictionary<string, EcsSecret> secrets)
    {
        var environment = settings.Environment;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["PORT"] = Text(Network.ApiPort),
            ["BT_NETWORK"] = settings.Nodes.Count > 0 ? string.Join(',', settings.Nodes) : environment.Network,
            ["NET_UID"] = Text(environment.Netuid),
            ["S3_BUCKET"] = environment.Bucket,
            ["S3_REGION"] = DeploymentEnvironment.Region,
            ["TRUSTED_PROXIES"] = network.BalancerAddresses,
            ["DATA_DIR"] = DataFolder,
            ["DRAIN_SECONDS"] = Text(DrainSeconds),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Collector.Endpoint,
            ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"] = Collector.Temporality,

            // The collector receives only metrics.
            ["OTEL_TRACES_SAMPLER"] = "always_off",
        };
        if (settings.NodesThatAgree > 1)
        {
            variables["NODES_THAT_AGREE"] = Text(settings.NodesThatAgree);
        }

        // The service's own defaults need no variable.
        foreach (var (name, value) in new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["FOLDER_LAYOUT"] = settings.LayoutTemplate == LayoutTemplate.Coldkey ? null : settings.LayoutTemplate.Name,
            ["SOURCES"] = settings.Sources.Count > 0 ? string.Join(',', settings.Sources) : null,
            ["READERS"] = settings.Readers,
            ["MIN_FILE_BYTES"] = settings.MinFileBytes,
            ["MAX_FILE_BYTES"] = settings.MaxFileBytes,
            [SessionRole.ModeVariable] = sessions is null ? null : "sts",
            [SessionRole.RoleVariable] = sessions?.Arn,
        }.Where(variable => variable.Value is not null))
        {
            variables[name] = value!;
        }

        if (settings.PublicUrl is { } publicUrl)
        {
            variables["PUBLIC_URL"] = publicUrl;
        }

        if (settings.CorsOrigins.Count > 0)
        {
            variables["CORS_ORIGINS"] = string.Join(',', settings.CorsOrigins);
        }

        var api = task.AddContainer(ApiName, new ContainerDefinitionOptions
        {
            ContainerName = ApiName,
            Image = ContainerImage.FromEcrRepository(repository, settings.ImageTag),
            Essential = true,
            User = ApiAccount,
            ReadonlyRootFilesystem = true,
            LinuxParameters = Containers.WithoutCapabilities(task, "ApiLinux"),
            StopTimeout = Duration.Seconds(StopSeconds),
            Environment = variables,
            Secrets = secrets,
            PortMappings = [new PortMapping { ContainerPort = Network.ApiPort, Protocol = Amazon.CDK.AWS.ECS.Protocol.TCP }],
            Logging = Containers.LogTo(Log, ApiName),
            Ulimits = [new Ulimit { Name = UlimitName.NOFILE, SoftLimit = 65_536, HardLimit = 65_536 }],
        });
        api.AddMountPoints(new MountPoint { ContainerPath = DataFolder, SourceVolume = DataVolume, ReadOnly = false });
    }

    // Starts tasks: pulls the image, writes the log, reads the secrets. Nothing else.
    private Role MakeExecutionRole(IRepository repository, Secret[] secrets)
    {
        var role = new Role(
            this,
            "ExecutionRole",
            new RoleProps { AssumedBy = TasksOfThisAccount(), Description = "S3Auth: permissions to start a task" });
        role.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Registry",
            Actions = ["ecr:GetAuthorizationToken"],

            // One token is for the whole registry, so the permission names no repository.
            Resources = ["*"],
        }));
        role.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Image",
            Actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            Resources = [repository.RepositoryArn],
        }));
        role.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Log",
            Actions = ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resources = [Log.LogGroupArn],
        }));
        role.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Secrets",
            Actions = ["secretsmanager:GetSecretValue"],
            Resources = [.. secrets.Select(secret => secret.SecretArn)],
        }));
        return role;
    }

    private LogGroup MakeLog(string id, int days, RemovalPolicy whenRemoved)
    {
        var group = new LogGroup(this, id, new LogGroupProps { RemovalPolicy = whenRemoved });
        ((CfnLogGroup)group.Node.DefaultChild!).RetentionInDays = days;
        return group;
    }

    // Only ECS, and only for tasks of this account in this region, so that no other account's cluster can use these roles.
    private PrincipalWithConditions TasksOfThisAccount()
    {
        var stack = Stack.Of(this);
        return new PrincipalWithConditions(
            new ServicePrincipal("ecs-tasks.amazonaws.com"),
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["StringEquals"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["aws:SourceAccount"] = stack.Account },
                ["ArnLike"] = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["aws:SourceArn"] = $"arn:aws:ecs:{stack.Region}:{stack.Account}:*",
                },
            });
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
