using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;
using Amazon.CDK.AWS.SNS;
using Amazon.CDK.AWS.SNS.Subscriptions;

namespace S3Auth.Deploy.Aws;

/// <summary>The alarms, the topic that they notify, and the dashboard.</summary>
internal sealed class Watch : Construct
{
    private const int Minute = 1;
    private const int FiveMinutes = 5;
    private const int Half = 12;
    private const int Third = 8;

    private readonly DeploymentSettings _settings;
    private readonly Service _service;
    private readonly FrontDoor _door;
    private readonly SharedRedis _redis;
    private readonly Topic _topic;

    internal Watch(Construct scope, DeploymentSettings settings, Service service, FrontDoor door, SharedRedis redis)
        : base(scope, "Watch")
    {
        (_settings, _service, _door, _redis) = (settings, service, door, redis);
        _topic = new Topic(this, "Alarms", new TopicProps { DisplayName = $"S3Auth {settings.Environment.Name}" });
        if (settings.AlarmEmail is { } address)
        {
            _topic.AddSubscription(new EmailSubscription(address));
        }

        Alarm[] alarms =
        [
            ServerErrors(),
            SlowAnswers(),
            TooFewTasks(),
            OldMetagraph(),
            RuntimeUnsupported(),
            NodeDisagrees(),
            FinalityLags(),
            RedisAway(),
            RedisFull(),
            ManyRefusals(),
            StoreProblem(),
            RecordsLost(),
            QuotaNearlyUsed(),
        ];
        Show(alarms);
    }

    // Includes the load balancer, which answers 502 and 503 itself if no task does.
    private Alarm ServerErrors() => Tell(
        "ServerErrors",
        "More than 1 % of requests were answered 5xx. /readyz and the log of the tasks say why.",
        new MathExpression(new MathExpressionProps
        {
            Label = "5xx, %",
            Period = Duration.Minutes(FiveMinutes),
            Expression = "IF(FILL(target, 0) + FILL(balancer, 0) >= 5, 100 * (FILL(target, 0) + FILL(balancer, 0)) / (FILL(requests, 0) + "
                + "FILL(balancer, 0)), 0)",
            UsingMetrics = new Dictionary<string, IMetric>(StringComparer.Ordinal)
            {
                ["target"] = Targets(HttpCodeTarget.TARGET_5XX_COUNT, FiveMinutes),
                ["balancer"] = Balancer(HttpCodeElb.ELB_5XX_COUNT, FiveMinutes),
                ["requests"] = Requests(FiveMinutes),
            },
        }),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 1,
        periods: 2);

    private Alarm SlowAnswers() => Tell(
        "SlowAnswers",
        "One answer in a hundred took longer than 2 s. Grants take milliseconds: check listings, the object store and the CPU.",
        Latency("p99", FiveMinutes),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 2,
        periods: 3);

    private Alarm TooFewTasks() => Tell(
        "TooFewTasks",
        "Fewer tasks are ready than the minimum. /readyz of a task says what is missing.",
        _door.Targets.Metrics.HealthyHostCount(new MetricOptions { Statistic = "Minimum", Period = Duration.Minutes(Minute) }),
        ComparisonOperator.LESS_THAN_THRESHOLD,
        _settings.Environment.MinTasks,
        periods: 5,
        TreatMissingData.BREACHING);

    // The server refuses requests at 3600 s (METAGRAPH_MAX_STALENESS): this leaves three quarters of an hour.
    private Alarm OldMetagraph() => Tell(
        "OldMetagraph",
        "The metagraph's block is over 15 minutes old, or no task sends data. After one hour the server refuses requests.",
        Own(Collector.MetagraphAge, "Maximum", Minute),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 900,
        periods: 3,
        TreatMissingData.BREACHING);

    private Alarm RuntimeUnsupported() => Tell(
        "RuntimeUnsupported",
        "The server cannot read the chain's new runtime. After one hour it refuses requests. /healthcheck names what is missing.",
        NodeFailures("runtime_unsupported"),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 0,
        periods: 1);

    private Alarm NodeDisagrees() => Tell(
        "NodeDisagrees",
        "A node gives other answers about the chain than the other nodes (NODES_THAT_AGREE). /healthcheck names it.",
        NodeFailures("disagreement"),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 0,
        periods: 1);

    // On a healthy chain, the finalized block is 2 to 4 blocks behind.
    private Alarm FinalityLags() => Tell(
        "FinalityLags",
        "The chain's finalized block is more than 10 blocks behind its best block. The metagraph is getting old.",
        Own(Collector.FinalityLag, "Maximum", Minute),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 10,
        periods: 5);

    private Alarm RedisAway() => Tell(
        "RedisAway",
        "A task does not reach Redis, or sends no data. Each task counts alone, and a proof can be used once at each.",
        Own(Collector.RedisUp, "Minimum", Minute),
        ComparisonOperator.LESS_THAN_THRESHOLD,
        threshold: 1,
        periods: 3,
        TreatMissingData.BREACHING);

    private Alarm RedisFull() => Tell(
        "RedisFull",
        "Redis has used more than 80 % of its memory. When it is full, each task counts alone.",
        new MathExpression(new MathExpressionProps
        {
            Label = "Memory of Redis, %",
            Period = Duration.Minutes(FiveMinutes),
            Expression = "MAX(METRICS())",
            UsingMetrics = new Dictionary<string, IMetric>(StringComparer.Ordinal)
            {
                ["first"] = RedisNode(1, "DatabaseMemoryUsagePercentage"),
                ["second"] = RedisNode(2, "DatabaseMemoryUsagePercentage"),
            },
        }),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 80,
        periods: 3);

    private Alarm ManyRefusals() => Tell(
        "ManyRefusals",
        "More than half of the requests were refused. The dashboard shows the codes, the audit records the hotkeys.",
        new MathExpression(new MathExpressionProps
        {
            Label = "Refused, %",
            Period = Duration.Minutes(FiveMinutes),
            Expression = "IF(FILL(requests, 0) >= 100, 100 * FILL(refusals, 0) / requests, 0)",
            UsingMetrics = new Dictionary<string, IMetric>(StringComparer.Ordinal)
            {
                ["requests"] = Requests(FiveMinutes),
                ["refusals"] = Own(Collector.Refusals, "Sum", FiveMinutes),
            },
        }),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 50,
        periods: 3);

    // Includes temporary credentials: the server issues none if a check finds that the store does not limit them.
    private Alarm StoreProblem() => Tell(
        "StoreProblem",
        "A check of the object store found a problem. /healthcheck says what to set.",
        Own(Collector.StoreProblem, "Maximum", FiveMinutes),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 0,
        periods: 2);

    private Alarm RecordsLost() => Tell(
        "RecordsLost",
        "Audit records could not be written.",
        Own(Collector.AuditLost, "Sum", FiveMinutes),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 0,
        periods: 1);

    private Alarm QuotaNearlyUsed() => Tell(
        "QuotaNearlyUsed",
        "More than 80 % of TOTAL_DAILY_LIMIT is used. At 100 % the server refuses everyone until midnight UTC.",
        new MathExpression(new MathExpressionProps
        {
            Label = "Grants used today, %",
            Period = Duration.Minutes(FiveMinutes),
            Expression = "100 * used / limit",
            UsingMetrics = new Dictionary<string, IMetric>(StringComparer.Ordinal)
            {
                ["used"] = Own(Collector.QuotaUsed, "Maximum", FiveMinutes),
                ["limit"] = Own(Collector.QuotaLimit, "Maximum", FiveMinutes),
            },
        }),
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        threshold: 80,
        periods: 1);

    private Alarm Tell(
        string id,
        string description,
        IMetric metric,
        ComparisonOperator comparison,
        double threshold,
        int periods,
        TreatMissingData missing = TreatMissingData.NOT_BREACHING)
    {
        var alarm = new Alarm(this, id, new AlarmProps
        {
            AlarmDescription = $"S3Auth {_settings.Environment.Name}: {description}",
            Metric = metric,
            ComparisonOperator = comparison,
            Threshold = threshold,
            EvaluationPeriods = periods,
            TreatMissingData = missing,
        });
        var action = new SnsAction(_topic);
        alarm.AddAlarmAction(action);
        alarm.AddOkAction(action);
        return alarm;
    }

    private void Show(Alarm[] alarms)
    {
        var board = new Dashboard(this, "Board", new DashboardProps { DashboardName = $"S3Auth-{_settings.Environment.Name}" });
        board.AddWidgets(new AlarmStatusWidget(new AlarmStatusWidgetProps { Title = "Alarms", Width = 24, Height = 3, Alarms = alarms }));
        board.AddWidgets(
            Graph(
                "Requests a minute",
                Half,
                Requests(Minute),
                Targets(HttpCodeTarget.TARGET_4XX_COUNT, Minute),
                Targets(HttpCodeTarget.TARGET_5XX_COUNT, Minute),
                Balancer(HttpCodeElb.ELB_5XX_COUNT, Minute)),
            Graph("Seconds to answer", Half, Latency("p50", Minute), Latency("p99", Minute)));
        board.AddWidgets(
            Graph("Decisions, signatures", Third, Own(Collector.Decisions, "Sum", Minute), Own(Collector.Presigned, "Sum", Minute)),
            Graph("Refusals by code", Third, RefusalsByCode()),
            Graph(
                "Grants of all today",
                Third,
                Own(Collector.QuotaUsed, "Maximum", FiveMinutes),
                Own(Collector.QuotaLimit, "Maximum", FiveMinutes)));
        board.AddWidgets(
            Graph("Age of the metagraph's block, s", Third, Own(Collector.MetagraphAge, "Maximum", Minute)),
            Graph("Blocks from the finalized to the best one", Third, Own(Collector.FinalityLag, "Maximum", Minute)),
            Graph(
                "Nodes that fail, unknown fields",
                Third,
                Own(Collector.NodesFailing, "Maximum", Minute),
                Own(Collector.NodeFailures, "Sum", Minute),
                Own(Collector.UnknownFields, "Maximum", Minute)));
        board.AddWidgets(
            Graph("Redis reached by all (1)", Third, Own(Collector.RedisUp, "Minimum", Minute)),
            Graph(
                "Memory of Redis, %",
                Third,
                RedisNode(1, "DatabaseMemoryUsagePercentage"),
                RedisNode(2, "DatabaseMemoryUsagePercentage")));
        board.AddWidgets(
            Graph(
                "Tasks that are ready",
                Third,
                _door.Targets.Metrics.HealthyHostCount(new MetricOptions { Statistic = "Minimum", Period = Duration.Minutes(Minute) })),
            Graph("CPU and memory of tasks, %", Third, _service.Fargate.MetricCpuUtilization(), _service.Fargate.MetricMemoryUtilization()),
            Graph("Records lost", Third, Own(Collector.AuditLost, "Sum", Minute)));
    }

    private static GraphWidget Graph(string title, int width, params IMetric[] metrics) =>
        new(new GraphWidgetProps { Title = title, Width = width, Left = metrics, LeftYAxis = new YAxisProps { Min = 0 } });

    private Metric Requests(int minutes) =>
        _door.Balancer.Metrics.RequestCount(new MetricOptions { Statistic = "Sum", Period = Duration.Minutes(minutes) });

    private Metric Targets(HttpCodeTarget code, int minutes) =>
        _door.Balancer.Metrics.HttpCodeTarget(code, new MetricOptions { Statistic = "Sum", Period = Duration.Minutes(minutes) });

    private Metric Balancer(HttpCodeElb code, int minutes) =>
        _door.Balancer.Metrics.HttpCodeElb(code, new MetricOptions { Statistic = "Sum", Period = Duration.Minutes(minutes) });

    private Metric Latency(string statistic, int minutes) =>
        _door.Balancer.Metrics.TargetResponseTime(
            new MetricOptions { Statistic = statistic, Period = Duration.Minutes(minutes), Label = statistic });

    private Metric NodeFailures(string reason) =>
        Own(Collector.NodeFailures, "Sum", FiveMinutes, (Collector.ReasonDimension, reason));

    private Metric Own(string name, string statistic, int minutes, params (string Name, string Value)[] labels) => new(new MetricProps
    {
        Namespace = Collector.NamespaceOf(_settings.Environment),
        MetricName = name,
        DimensionsMap = labels.Prepend((Collector.ServiceDimension, Collector.ServiceName))
            .ToDictionary(label => label.Item1, label => label.Item2, StringComparer.Ordinal),
        Statistic = statistic,
        Period = Duration.Minutes(minutes),
    });

    // Finds the codes by searching, so that a new code needs no change here.
    private MathExpression RefusalsByCode() => new(new MathExpressionProps
    {
        Label = "",
        Period = Duration.Minutes(Minute),
        Expression = string.Create(
            CultureInfo.InvariantCulture,
            $"SEARCH('{{\"{Collector.NamespaceOf(_settings.Environment)}\",\"{Collector.ServiceDimension}\","
                + $"\"{Collector.CodeDimension}\"}} MetricName=\"{Collector.Refusals}\"', 'Sum', {60 * Minute})"),
        UsingMetrics = new Dictionary<string, IMetric>(StringComparer.Ordinal),
    });

    // ElastiCache names the nodes of a group like this.
    private Metric RedisNode(int number, string name) => new(new MetricProps
    {
        Namespace = "AWS/ElastiCache",
        MetricName = name,
        DimensionsMap = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CacheClusterId"] = string.Create(CultureInfo.InvariantCulture, $"{_redis.Group.Ref}-{number:000}"),
        },
        Statistic = "Maximum",
        Period = Duration.Minutes(FiveMinutes),
        Label = string.Create(CultureInfo.InvariantCulture, $"node {number}"),
    });
}
