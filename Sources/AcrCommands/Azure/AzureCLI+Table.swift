extension AzureCLI {
  /// The version whose commands and flags stand below; `scripts/interop` compares them with the installed one's.
  public static let version = "2.91.0"

  /// Each command of the Azure CLI that acrsh has too, and its flags with all their names; `!` marks those that have to be
  /// given. The flags that all of its commands have are ``globalFlags``.
  static let text = """
    account clear:
    account get-access-token: --subscription/--name/-s/-n --resource --scope --resource-type --tenant/-t
    account list-locations: --include-extended-locations
    account list: --all --refresh
    account set: --subscription/--name/-s/-n!
    account show: --subscription/--name/-s/-n
    acr check-health: --vnet --repository --ignore-errors --yes/-y --name/-n
    acr check-name: --name/-n! --resource-group/-g --dnl-scope
    acr credential renew: --name/-n! --password-name! --resource-group/-g
    acr credential show: --name/-n! --resource-group/-g
    acr import: --name/-n! --source! --registry/-r --username/-u --password/-p --image/-t --resource-group/-g \
    --repository --force --no-wait
    acr list: --resource-group/-g
    acr login: --name/-n! --resource-group/-g --suffix --username/-u --password/-p --expose-token/-t --endpoint
    acr manifest delete: --registry/-r --name/-n --suffix --username/-u --password/-p --yes/-y
    acr manifest list-deleted-tags: --registry/-r --name/-n --suffix --username/-u --password/-p
    acr manifest list-deleted: --registry/-r --name/-n --suffix --username/-u --password/-p
    acr manifest list-metadata: --registry/-r --name/-n --top --orderby --suffix --username/-u --password/-p
    acr manifest list-referrers: --registry/-r --name/-n --artifact-type --recursive --suffix --username/-u \
    --password/-p
    acr manifest list: --registry/-r --name/-n --top --orderby --suffix --username/-u --password/-p
    acr manifest metadata list: --registry/-r --name/-n --top --orderby --suffix --username/-u --password/-p
    acr manifest metadata show: --registry/-r --name/-n --suffix --username/-u --password/-p
    acr manifest metadata update: --registry/-r --name/-n --suffix --username/-u --password/-p --delete-enabled \
    --list-enabled --read-enabled --write-enabled
    acr manifest restore: --registry/-r --name/-n --digest/-d --force/-f --yes/-y --suffix --username/-u \
    --password/-p
    acr manifest show-metadata: --registry/-r --name/-n --suffix --username/-u --password/-p
    acr manifest show: --registry/-r --name/-n --raw --suffix --username/-u --password/-p
    acr manifest update-metadata: --registry/-r --name/-n --suffix --username/-u --password/-p --delete-enabled \
    --list-enabled --read-enabled --write-enabled
    acr repository delete: --name/-n! --repository --image/-t --resource-group/-g --suffix --username/-u \
    --password/-p --yes/-y
    acr repository list-deleted: --name/-n! --suffix --username/-u --password/-p
    acr repository list: --name/-n! --top --resource-group/-g --suffix --username/-u --password/-p
    acr repository show-manifests: --name/-n! --repository! --top --orderby --resource-group/-g --suffix \
    --username/-u --password/-p --detail
    acr repository show-tags: --name/-n! --repository! --top --orderby --resource-group/-g --suffix --username/-u \
    --password/-p --detail
    acr repository show: --name/-n! --repository --image/-t --resource-group/-g --suffix --username/-u --password/-p
    acr repository untag: --name/-n! --image/-t! --resource-group/-g --suffix --username/-u --password/-p
    acr repository update: --name/-n! --repository --image/-t --resource-group/-g --suffix --username/-u \
    --password/-p --delete-enabled --list-enabled --read-enabled --write-enabled
    acr scope-map create: --registry/-r! --name/-n! --repository --gateway --resource-group/-g --description
    acr scope-map delete: --registry/-r! --name/-n! --yes/-y --resource-group/-g
    acr scope-map list: --registry/-r! --resource-group/-g
    acr scope-map show: --registry/-r! --name/-n! --resource-group/-g
    acr scope-map update: --registry/-r! --name/-n! --add-repository/--add --remove-repository/--remove \
    --add-gateway --remove-gateway --resource-group/-g --description
    acr show-endpoints: --name/-n! --resource-group/-g
    acr show-usage: --name/-n! --resource-group/-g
    acr show: --name/-n! --resource-group/-g
    acr token create: --registry/-r! --name/-n! --scope-map --repository --gateway --status --resource-group/-g \
    --no-passwords --expiration --expiration-in-days
    acr token credential delete: --registry/-r! --name/-n! --password1 --password2 --resource-group/-g
    acr token credential generate: --registry/-r! --name/-n! --password1 --password2 --expiration-in-days/--days \
    --expiration --resource-group/-g
    acr token delete: --registry/-r! --name/-n! --yes/-y --resource-group/-g
    acr token list: --registry/-r! --resource-group/-g
    acr token show: --registry/-r! --name/-n! --resource-group/-g
    acr token update: --registry/-r! --name/-n! --scope-map --status --resource-group/-g
    cloud list-profiles: --name/-n --show-all
    cloud list:
    cloud register: --name/-n! --cloud-config --profile --skip-endpoint-discovery --endpoint-management \
    --endpoint-resource-manager --endpoint-sql-management --endpoint-gallery --endpoint-active-directory \
    --endpoint-active-directory-resource-id --endpoint-active-directory-graph-resource-id \
    --endpoint-microsoft-graph-resource-id --endpoint-active-directory-data-lake-resource-id \
    --endpoint-vm-image-alias-doc --suffix-sql-server-hostname --suffix-storage-endpoint --suffix-keyvault-dns \
    --suffix-azure-datalake-store-file-system-endpoint --suffix-azure-datalake-analytics-catalog-and-job-endpoint \
    --suffix-acr-login-server-endpoint
    cloud set: --name/-n! --profile
    cloud show: --name/-n
    cloud unregister: --name/-n!
    cloud update: --name/-n --cloud-config --profile --skip-endpoint-discovery --endpoint-management \
    --endpoint-resource-manager --endpoint-sql-management --endpoint-gallery --endpoint-active-directory \
    --endpoint-active-directory-resource-id --endpoint-active-directory-graph-resource-id \
    --endpoint-microsoft-graph-resource-id --endpoint-active-directory-data-lake-resource-id \
    --endpoint-vm-image-alias-doc --suffix-sql-server-hostname --suffix-storage-endpoint --suffix-keyvault-dns \
    --suffix-azure-datalake-store-file-system-endpoint --suffix-azure-datalake-analytics-catalog-and-job-endpoint \
    --suffix-acr-login-server-endpoint
    configure: --defaults/-d --list-defaults/-l --scope
    login: --username/-u --password/-p --tenant/-t --scope --allow-no-subscriptions --claims-challenge \
    --use-device-code --service-principal --certificate --use-cert-sn-issuer --federated-token --identity/-i \
    --client-id --object-id --resource-id --skip-subscription-discovery/--skip-sub --subscription/-s
    logout: --username
    version:
    """

  /// What every command of the Azure CLI takes.
  static let globalFlags = [
    ["--debug"], ["--help", "-h"], ["--only-show-errors"], ["--output", "-o"], ["--query"], ["--subscription"],
    ["--verbose"],
  ]

  /// The commands and groups of `az acr`, `az account` and `az rest` that are about other things than images, manifests,
  /// tags, tokens and signing in.
  static let outside: Set<String> = [
    "account alias", "account lock", "account management-group", "account subscription", "account tenant",
    "acr agentpool", "acr artifact-streaming", "acr build", "acr cache", "acr config", "acr connected-registry",
    "acr create", "acr credential-set", "acr delete", "acr encryption", "acr helm", "acr identity", "acr network-rule",
    "acr pack", "acr private-endpoint-connection", "acr private-link-resource", "acr query", "acr replication",
    "acr task", "acr taskrun", "acr update", "acr webhook",
  ]
}
