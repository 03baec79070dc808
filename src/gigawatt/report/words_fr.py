"""French words of the report and of the terminal summary (see `report.strings`).

The table is written with plain blanks; `typeset` puts the no-break ones of French typography.
"""

from __future__ import annotations

import re

_WORDS: dict[str, str] = {
    # frame
    "page.kicker": "rapport de simulation gigawatt",
    "page.skip": "Aller aux résultats",
    "page.contents": "Sommaire",
    "page.data": "Données de ce graphique",
    "page.as_of": "état des connaissances au {date}",
    "page.draws": "{draws} tirages",
    "page.span": "de {start} à {end}",
    "page.version": "gigawatt {version}",
    "page.noscript": "Les graphiques demandent JavaScript ; les données de chacun figurent dans le "
    "tableau placé dessous.",
    "page.footer": "Produit par gigawatt {version} à partir de la simulation de ce dossier. Ce "
    "fichier se suffit à lui-même : il ne charge rien depuis un réseau.",
    "page.yes": "oui",
    "page.no": "non",
    # verdict and tiles
    "verdict.first_gw": "Le premier gigawatt entre en service vers {p50} (P10 {p10}, P90 {p90})",
    "verdict.first_gw_never": "Dans la plupart des tirages, le premier gigawatt n’est pas en "
    "service à l’échéance de {horizon}",
    "verdict.not_in_programme": "Le programme n’atteint pas un gigawatt",
    "verdict.by_2026": "probabilité qu’il le soit avant la fin de 2026 : {share}",
    "verdict.capacity_of": "fin {month}, {p50} sont en service (P10 {p10}, P90 {p90}), pour "
    "{declared} annoncés",
    "verdict.capacity": "fin {month}, {p50} sont en service (P10 {p10}, P90 {p90})",
    "verdict.binding": "le plus souvent prêt en dernier : {constraint} ({share} des mégawatts)",
    "verdict.none": "Cette simulation ne contient ni date ni capacité à résumer.",
    "tile.first_gw_in_service_date": "Premier gigawatt en service",
    "tile.tenth_gw_in_service_date": "Dixième gigawatt en service",
    "tile.capex_usd_per_gw": "Coût d’investissement par gigawatt",
    "tile.packages_per_gw": "Modules GPU par gigawatt",
    "tile.tokens_per_day_per_gw": "Tokens par jour et par gigawatt",
    "tile.energy_twh_per_year": "Énergie par an",
    "tile.peak": "en {year}",
    # words
    "word.after": "après {month}",
    "word.reached": "atteint dans {share} des tirages",
    "word.not_in_programme": "hors programme",
    "word.never": "dans aucun tirage",
    "word.total": "Total",
    "word.all": "Tous les sites",
    "word.mean": "Moyenne",
    "word.year": "Année",
    "word.unit": "Unité",
    "word.site": "Site",
    "word.system": "Système",
    "word.route": "Alimentation",
    "word.status": "Statut",
    "word.what": "Quoi",
    "word.source": "Source",
    "word.to": "{low} à {high}",
    "word.range": "{low} … {high}",
    # headline
    "headline.title": "Résultats principaux",
    "headline.intro": "Chaque ligne répond à une question. P50 est le milieu des tirages ; dans "
    "huit tirages sur dix, le résultat se situe entre P10 et P90.",
    "headline.caption": "Résultats nommés",
    "headline.result": "Résultat",
    "headline.note": "Remarque",
    "headline.note_source": "Les mêmes valeurs, en pleine précision, sont dans answers.json.",
    "headline.by_year": "Résultats par année civile",
    "headline.by_year_note": "P50, avec P10 … P90 au-dessous.",
    # capacity
    "capacity.title": "Capacité au fil du temps",
    "capacity.intro": "Puissance d’installation dont les baies sont réceptionnées et "
    "l’alimentation garantie, à la fin de chaque mois.",
    "capacity.figure": "Puissance d’installation en service",
    "capacity.note": "Puissance d’installation : puissance informatique, refroidissement et pertes "
    "compris, des blocs affectés à ce programme. Source : tables/capacity de cette "
    "simulation.",
    "capacity.announced": "annoncé : {power}",
    "capacity.band": "P10 à P90",
    "capacity.median": "P50",
    "capacity.table": "Puissance d’installation en service en fin d’année, GW",
    "capacity.by_site": "Puissance d’installation moyenne en service en fin d’année, par site",
    # serving
    "serving.title": "Jetons par seconde selon la vitesse vue par l’utilisateur",
    "serving.intro": "Chaque ligne est le meilleur de tous les plans : parallélisme de tenseurs, "
    "d’experts et d’étages, copies de l’attention, taille de lot, groupes séparés et jetons "
    "anticipés sont choisis en chaque point.",
    "serving.per_gpu": "Jetons de sortie par seconde et par GPU",
    "serving.per_gpu_unit": "selon les jetons par seconde vus par l’utilisateur",
    "serving.per_mw": "Jetons de sortie par seconde et par MW de puissance appelée du site",
    "serving.per_mw_unit": "selon les jetons par seconde vus par l’utilisateur",
    "serving.speed": "Jetons/s par utilisateur",
    "serving.rate": "Jetons de sortie/s",
    "serving.system": "Système",
    "serving.gpu_column": "Jetons/s par GPU",
    "serving.mw_column": "Jetons/s par MW",
    "serving.ttft_column": "TTFT, ms ; p99 en dessous",
    "serving.plan": "Plan",
    "serving.none": "aucune",
    "serving.drafted": "{system}, {method}",
    "serving.section": "Jetons par seconde, par GPU et par MW, selon le système",
    "serving.section_intro": "Le meilleur de tous les plans selon la vitesse vue par "
    "l’utilisateur, sans et avec jetons anticipés. Un chiffre par MW ne veut rien dire sans les "
    "conditions écrites dessous : un service plus lent, des invites plus courtes ou une limite "
    "plus lâche du premier jeton en donnent plusieurs fois plus.",
    "serving.asked": "{workload} : aux {speed} jetons/s par utilisateur du programme",
    "serving.asked_note": "{conditions} Par MW de puissance appelée du site quand tous les GPU "
    "servent. Les débits du programme sont ceux de ses systèmes ici, dans la mesure où sa charge "
    "laisse libres l’anticipation et les groupes ; les fourchettes sont à 90 %. Points des "
    "courbes : tables/serving de cette simulation.",
    "serving.reference": "{system} (référence mesurée)",
    "serving.held": "{precision}, {packages} GPU, {engine} de {date}, anticipation : "
    "{speculation}",
    "serving.drawn": "W par GPU",
    "serving.conditions": "{model}, {precision}, {packages} GPU, {input_tokens} jetons en entrée "
    "et {output_tokens} en sortie, limite du TTFT (p99) : {ttft_limit}, anticipation : "
    "{speculation}, {engine} de {date}, PUE {pue}.",
    # tokens
    "tokens.title": "Prix, coût et recettes des jetons",
    "tokens.intro": "Les jetons vendus sont ceux que les tranches servent aux débits ci-dessus, à "
    "l’emploi du parc d’inférence et dans la limite de la demande mondiale. Leur prix est ce que "
    "le marché gagne par gigawatt et par an (de 8 à 13 Md $ de 2023 à 2025, avec une dérive dans "
    "les deux sens), divisé par les jetons qu’un gigawatt de son propre parc vend en un an, selon "
    "le même modèle d’inférence. Il baisse donc quand systèmes et logiciels du marché "
    "s’améliorent : qui a des systèmes plus récents que le marché gagne plus par gigawatt, qui en "
    "garde d’anciens gagne moins. L’entraînement et la recherche ne vendent pas de jetons. "
    "{basis}",
    "tokens.basis_gw_year": "Dans le grand livre de ce programme, les utilisateurs paient la "
    "capacité (de 8 à 13 Md $ par GW et par an) ; les recettes des jetons figurent à côté.",
    "tokens.basis_tokens": "Dans le grand livre de ce programme, les utilisateurs paient les "
    "jetons ; ce que la capacité rapporterait figure à côté.",
    "tokens.late_declared": "Une tranche tardive sert sur le système qu’elle déclare, même si "
    "personne ne l’achète plus.",
    "tokens.late_market": "Une tranche mise en service après que son système a quitté le marché "
    "sert sur ce qui s’achète alors, dans les mêmes mégawatts.",
    "tokens.conditions": "{model}, {precision}, {input_tokens} jetons en entrée et {output_tokens} "
    "en sortie, au moins {speed} jetons/s par utilisateur, spéculation et groupe séparé pour les "
    "invites où ils donnent plus, sans préfixes réutilisés, logiciel de chaque mois, limite de "
    "TTFT des débits ci-dessus. Le marché "
    "sert sur {system} à mesure de leur arrivée, puis sur de meilleurs. P50, P10 … P90 ; "
    "années où la plupart des tirages vendent. Prix implicite : recettes de la capacité, tous "
    "travaux, sur tous les jetons vendus.",
    "tokens.figure": "{workload} : un million de jetons, invites et réponses ensemble",
    "tokens.table": "{workload} : un million de jetons d’invite et de réponse, par année",
    "tokens.price": "Prix",
    "tokens.cost": "Coût",
    "tokens.implied": "Prix implicite de la capacité",
    "tokens.price_input": "Prix, invites",
    "tokens.price_output": "Prix, réponses",
    "tokens.cost_input": "Coût, invites",
    "tokens.cost_output": "Coût, réponses",
    "tokens.sold": "Jetons de réponse vendus",
    "tokens.sold_unit": "par an, P50",
    "tokens.bases": "Ce que rapporte un gigawatt en un an",
    "tokens.by_tokens": "Par les jetons",
    "tokens.by_capacity": "Par la capacité",
    "tokens.margin": "Marge",
    "tokens.market": "Marché, jetons d’un GW-an",
    "tokens.bases_note": "GW d’installation en service, entraînement compris. Les deux reposent "
    "sur le même ancrage. Par la capacité, un gigawatt le gagne tant qu’il est employé, quoi qu’il "
    "porte ; par les jetons, autant de fois qu’il sert plus de jetons que le gigawatt moyen du "
    "marché cette année-là : plus au début, moins à mesure que le marché renouvelle son parc. P50, "
    "avec P10 … P90 en dessous.",
    "tokens.phase": "Tranche",
    "tokens.phases": "Les tranches en {year}",
    "tokens.phases_note": "Tranches en service dans au moins la moitié des tirages. La marge est "
    "le prix moins le coût complet, sur le prix ; les recettes de la capacité sont celles de tous "
    "les travaux de la tranche. Toutes les années et les moyennes : tables/phase_tokens de cette "
    "simulation.",
    "tokens.margins": "Marge de l’inférence par tranche et par année",
    "tokens.margins_note": "Prix moins coût complet de l’inférence, sur le prix ; P50. Années où "
    "une tranche est en service dans au moins la moitié des tirages.",
    "tokens.parts": "Coût d’un million de jetons, par poste",
    "tokens.parts_note": "Invites et réponses ensemble, moyennes des tirages et des années. Les "
    "systèmes comprennent réseau et stockage ; systèmes et site sont des annuités ; inactivité et "
    "pannes sont dans tous les postes.",
    "tokens.part_systems": "Systèmes",
    "tokens.part_site": "Site",
    "tokens.part_upkeep": "Entretien",
    "tokens.part_energy": "Énergie",
    "unit.usd_per_million": "$ par million de jetons",
    "unit.bn_usd_per_gw_year": "Md $ par GW et par an",
    # schedule
    "schedule.title": "Quand chaque site est prêt",
    "schedule.intro": "Un bloc est un bâtiment avec ses systèmes. Il est en service lorsque ses "
    "baies sont réceptionnées et son alimentation garantie.",
    "schedule.table": "Sites : premier et dernier bloc en service",
    "schedule.note": "P50, avec P10 … P90 au-dessous. Le premier et le dernier sont les blocs dont "
    "le P50 est le plus précoce et le plus tardif. « Pas prêt » est la part des tirages, pondérée "
    "par la puissance, où un bloc n’est pas en service à l’horizon.",
    "schedule.figure": "Blocs : date de mise en service, P10 à P90",
    "schedule.figure_unit": "une ligne par bloc, un point au P50, de la couleur de ce qui est le "
    "plus souvent prêt en dernier",
    "schedule.figure_note": "Une ligne qui touche le bord droit, ou un triangle à cet endroit, "
    "finit après l’horizon. Source : tables/schedule de cette simulation.",
    "schedule.block": "Bloc",
    "schedule.blocks": "Blocs",
    "schedule.power": "Puissance d’installation",
    "schedule.energised": "Mise sous tension",
    "schedule.in_service": "Mise en service",
    "schedule.first": "Premier bloc en service",
    "schedule.last": "Dernier bloc en service",
    "schedule.event": "changement de plan",
    "schedule.events": "Ce qui a changé sur les sites",
    "schedule.events_note": "Changements de plan recensés ; ils informent et ne déplacent pas les "
    "dates à eux seuls. Croix dans le graphique ci-dessus. Source : tables/events de cette "
    "simulation.",
    "schedule.known": "Connu le",
    "schedule.change": "Changement",
    "event.tenant_left": "locataire parti",
    "event.paused": "en pause",
    "event.resumed": "repris",
    "event.power_source_switched": "source d’électricité changée",
    "event.financier_left": "financeur parti",
    "event.expansion_dropped": "extension abandonnée",
    "event.other": "autre",
    "sites.country": "Pays",
    "sites.export": "Export US : {rule}",
    "export.none": "sans licence",
    "export.licence": "licence",
    "export.case": "au cas par cas",
    "export.denied": "refusé",
    "schedule.never": "Pas prêt",
    "schedule.binding": "Le plus souvent dernier",
    "schedule.all_blocks": "Tous les blocs",
    # binding
    "binding.title": "Ce qui retarde le programme",
    "binding.intro": "Pour chaque bloc et chaque tirage, c’est le dernier élément prêt qui fixe la "
    "date. Parts des mégawatts, selon l’année de leur mise en service.",
    "binding.figure": "Ce qui était prêt en dernier",
    "binding.unit": "part des mégawatts, % de chaque année",
    "binding.note": "Lever une cause n’avance la date que jusqu’à la cause suivante. Source : "
    "tables/binding de cette simulation.",
    "binding.note_schedule": "Lever une cause n’avance la date que jusqu’à la cause suivante. "
    "Source : binding dans `gigawatt schedule --json`.",
    "binding.late": "après {year}",
    "constraint.land": "le foncier",
    "constraint.permit": "les autorisations",
    "constraint.grid": "le raccordement au réseau",
    "constraint.onsite": "la production sur site",
    "constraint.building": "le bâtiment",
    "constraint.equipment": "les équipements électriques et de refroidissement",
    "constraint.platform": "la date de la plateforme GPU",
    "constraint.racks": "la livraison des baies",
    "constraint.funding": "le financement",
    "constraint.tenant": "le locataire",
    "short.land": "foncier",
    "short.permit": "autorisations",
    "short.grid": "réseau",
    "short.onsite": "production sur site",
    "short.building": "bâtiment",
    "short.equipment": "équipements",
    "short.platform": "plateforme GPU",
    "short.racks": "baies",
    "short.funding": "financement",
    "short.tenant": "locataire",
    # money
    "money.title": "Qui paie qui",
    "money.intro": "Comptabilité en partie double, en dollars courants. Les sommes sont des "
    "moyennes sur les tirages, car les moyennes s’additionnent et les percentiles non.",
    "money.matrix": "Paiements par acteur sur tout l’horizon",
    "money.matrix_note": "Les lignes paient, les colonnes encaissent. Constructeurs, fournisseurs, "
    "énergéticiens, exploitants et utilisateurs représentent tous ceux que le programme ne nomme "
    "pas. Source : tables/ledger de cette simulation.",
    "money.payer": "Payeur",
    "money.net": "Solde par acteur et par année",
    "money.net_note": "Encaissements moins décaissements. Chaque colonne a une somme nulle : rien "
    "ne se perd en route.",
    "money.party": "Acteur",
    "money.estate": "Masse de {party}",
    "money.instruments": "Paiements par instrument",
    "money.instrument": "Instrument",
    "money.leg": "Flux",
    "money.from_to": "De → à",
    "money.nature": "Nature",
    "money.capital": "investissement",
    "money.operating": "exploitation",
    "money.tranches": "Fonds propres versés par jalon, par année",
    "money.tranches_note": "Barres : P50. Moustaches : P10 à P90.",
    "money.gap": "Besoin de financement non couvert",
    "money.gap_note": "Encours en fin de mois qu’aucun instrument nommé ne paie. Source : "
    "tables/gap de cette simulation.",
    "money.gap_table": "Besoin de financement non couvert en fin d’année",
    "peak.tranches": "Ce qui est dépensé entre une tranche et la suivante, et avec quel argent",
    "peak.tranches_note": "Moyennes de ceux qui construisent ; la dernière ligne est ce qui suit "
    "la dernière tranche. Autres : entretien, intérêts, frais et impôt. Fonds propres : ce qui "
    "parvient à ceux qui construisent, avec la tranche qui ouvre la ligne. La trésorerie propre "
    "solde le compte : recettes d’exploitation moins ce qui est remboursé et distribué. Sur 100 "
    "tirages à part. Source : tables/tranche_uses de cette simulation.",
    "peak.after": "Tranches versées",
    "peak.capacity_usd": "Capacité de centres de données",
    "peak.energy_usd": "Énergie",
    "peak.other_usd": "Autre exploitation",
    "peak.equity_usd": "Par fonds propres",
    "peak.loans_usd": "Par emprunts",
    "peak.unnamed_usd": "Par financement sans nom",
    "peak.own_cash_usd": "Par trésorerie propre",
    "peak.paid_by": "Qui a versé quoi au mois du plus grand besoin",
    "peak.paid_by_note": "Moyenne, remboursements déduits. L’argent transmis, comme des fonds "
    "propres qui deviennent une avance, figure à chaque étape. Source : tables/peak_funding de "
    "cette simulation.",
    "peak.share": "Part",
    "peak.needs": "Besoin maximal, et de qui",
    "peak.needs_note": "P10 à P90 : le maximum de chaque tirage. Par acteur : la moyenne au mois "
    "de la plus grande moyenne. Source : tables/peak_need de cette simulation.",
    "peak.need": "Besoin",
    "peak.month": "Mois",
    "peak.own": "Dont",
    "peak.investment_gap": "non couvert par un instrument nommé, investissement seul",
    "peak.gap_with_operation": "de même avec la trésorerie courante, les pertes et les intérêts",
    "risk.title": "Qui porte le risque",
    "risk.intro": "Valeurs à 10 % par an au début du calendrier, avec ce qui reste à sa fin : "
    "prêts à leur solde, systèmes à leur valeur de revente, actions à leur coût. Ce qu’aucun "
    "instrument nommé ne paie compte comme argent propre. Sur 100 tirages à part.",
    "risk.parties": "Ce que chaque partie en retire",
    "risk.parties_note": "Taux de rendement : médiane, là où au moins la moitié des tirages n’ont "
    "qu’un taux et où la partie paie d’abord. Ce qu’une partie fait hors du programme n’y est pas. "
    "Source : tables/parties de cette simulation.",
    "risk.irr": "Taux de rendement",
    "risk.one_irr": "Tirages à un taux",
    "risk.need": "Besoin maximal",
    "risk.cover": "Couverture du service de la dette",
    "risk.cover_note": "Plus faible flux annuel avant service de la dette sur ce service. Sous "
    "le seuil de versement rien n’est distribué : 1,15, et 1,05 pour le défaut, sauf clause "
    "contraire. Source : tables/cover de cette simulation.",
    "risk.borrower": "Emprunteur",
    "risk.value": "Prêts sur les systèmes rapportés à leur valeur de revente, en fin d’année",
    "risk.value_note": "Années où au moins la moitié des tirages ont un tel prêt. Au-dessus de "
    "100 %, une vente ne le rembourserait pas. Source : tables/loan_to_value de cette simulation.",
    "risk.covenant": "Au-dessus du plafond convenu",
    "risk.exposure": "Ce que chaque partie détient sur chaque autre",
    "risk.exposure_note": "Prêts, avances, actions à leur coût et séquestre, moyenne des tirages. "
    "Ce que les contrats promettent pour plus tard n’y est pas. Source : tables/exposure de cette "
    "simulation.",
    "risk.holder": "Détenteur → débiteur",
    "risk.largest": "Au plus",
    "risk.end": "À la fin du calendrier",
    "risk.expected": "Perte attendue : dû par contrat et non payé",
    "risk.expected_note": "Par les défauts et départs auxquels des contrats donnent une "
    "probabilité. Ce que les prêteurs recouvrent après le calendrier n’est pas déduit. Source : "
    "tables/expected_loss de cette simulation.",
    "risk.in_draws": "Part des tirages",
    "risk.unpaid": "Impayé",
    "risk.covered": "Payé par d’autres",
    "risk.lost": "Perte",
    "risk.debt": "Dette la plus grande",
    "risk.lockup": "Sous le seuil de versement",
    "risk.default": "En défaut",
    "risk.stress": "Qui perd quoi sous contrainte : valeur perdue par rapport au cas de base",
    "risk.stress_note": "Moyenne des tirages ; un gain est négatif. Ce que change chaque essai est "
    "dans la réponse à la question 12. Les parties ne réagissent que selon leurs contrats, et une "
    "partie en défaut continue de servir : les pertes sont des bornes hautes, avant tout "
    "recouvrement ; la masse est ce qu’elle garde en ne payant pas, que ses créanciers se "
    "partageraient. Un vendeur gagne là où les systèmes vivent moins longtemps : ils sont "
    "renouvelés quand même. Source : tables/stress de cette simulation.",
    "scenario.lender": "cas du prêteur",
    "scenario.downside": "cas défavorable",
    "scenario.it-life-3": "systèmes de 3 ans",
    "scenario.price-down-40": "heure de GPU −40 % par an",
    "scenario.tenant-leaves": "le locataire part",
    "scenario.grid-late-12": "réseau un an en retard",
    "scenario.platform-late-6": "plateforme 2 trimestres en retard",
    "scenario.rates-up-300": "intérêts +300 pb",
    "scenario.tenant-defaults": "défaut du locataire",
    "scenario.cloud-defaults": "défaut du cloud",
    "unit.bn_usd": "Md $ courants",
    "unit.bn_usd_present": "Md $, valeur actuelle",
    "unit.bn_usd_gw": "Md $ par GW d’installation",
    "unit.gw": "GW",
    "unit.twh_year": "TWh par an",
    "unit.percent": "%",
    "party.builders": "constructeurs",
    "party.suppliers": "fournisseurs",
    "party.utilities": "énergéticiens",
    "party.power_producers": "producteurs d’électricité",
    "party.operators": "exploitants",
    "party.users": "utilisateurs",
    "party.markets": "marchés",
    "party.escrow": "séquestre",
    "party.unfunded": "non financé",
    # capex
    "capex.title": "Ce que coûte un gigawatt à construire",
    "capex.intro": "Coût d’investissement par gigawatt de puissance d’installation, systèmes "
    "compris, en dollars de la date de connaissance.",
    "capex.figure": "Coût d’investissement par poste",
    "capex.note": "Barres : moyennes sur les tirages. Les chiffres publics vont du simple au "
    "double, voire au triple, surtout parce que certains ne comptent que le site, d’autres que la "
    "puissance informatique. Source : tables/capex de cette simulation.",
    "capex.component": "Poste",
    "capex.bases": "Le même coût sur d’autres bases",
    "capex.bases_note": "Un seul coût, divisé par d’autres gigawatts : les chiffres publiés disent "
    "rarement lesquels. Puces : puissance de conception des seuls accélérateurs. Site seul et "
    "systèmes seuls : P50. Sur 100 tirages à part. Source : tables/capex_bases de cette "
    "simulation.",
    "capex.gigawatt": "Gigawatt de",
    "counted.facility": "puissance d’installation",
    "counted.it": "puissance informatique",
    "counted.chip": "puces",
    "covers.site": "Site seul",
    "covers.systems": "Systèmes, réseau, stockage",
    "unit.bn_usd_per_gw": "Md $ par GW",
    "component.systems": "systèmes GPU",
    "component.network": "réseau informatique",
    "component.storage_cpu": "stockage et CPU",
    "component.shell": "bâtiment nu",
    "component.power_cooling": "électricité et refroidissement",
    "component.soft": "études, autorisations, provision",
    "component.onsite": "centrale sur site",
    "component.total": "total",
    # footprint
    "footprint.title": "Énergie, carbone et eau",
    "footprint.intro": "Énergie aux compteurs des sites, CO₂ d’exploitation (réseau à son "
    "intensité moyenne, centrale sur site à la cheminée) et eau utilisée sur les sites.",
    "footprint.figure": "Énergie par source",
    "footprint.note": "Moyennes sur les tirages ; la première et la dernière année peuvent être "
    "incomplètes. Source : tables/energy de cette simulation.",
    "footprint.table": "Énergie, coût, carbone et eau par année",
    "footprint.energy": "Énergie",
    "footprint.cost": "Coût de l’énergie",
    "footprint.co2": "CO₂",
    "footprint.water": "Eau",
    "footprint.by_site": "Par site, sur tout l’horizon",
    "unit.twh": "TWh",
    "unit.mt": "Mt",
    "unit.million_m3": "millions de m³",
    "unit.usd_mwh": "$/MWh",
    "source.grid": "réseau",
    "source.recip-engine": "moteurs à gaz",
    "source.aeroderivative": "turbines aérodérivées",
    "source.ccgt": "cycle combiné",
    "source.fuel-cell": "piles à combustible",
    "source.mobile-turbine": "turbines mobiles",
    # supply
    "supply.title": "Alimentation des sites",
    "supply.intro": "Alimentation au moindre coût de chaque site et étape, heure par heure sur un "
    "an : "
    "capacités et conduite qui servent la pleine charge aux valeurs centrales, en dollars "
    "de l’année de prix. Le calcul en prend les parts et les facture aux prix et charges "
    "tirés.",
    "supply.cost": "Coût par MWh de charge, dernière étape",
    "supply.cost_note": "Coûts fixes et variables par source, rapportés à la charge. Source : "
    "tables/supply "
    "de ce calcul.",
    "supply.stages": "Étapes de chaque site",
    "supply.stages_note": "Puissance au compteur aux conditions de dimensionnement ; les "
    "centrales à gaz "
    "comptent en puissance garantie, sans leur réserve ; ce qui n’est pas servi est du "
    "calcul qui attend ou de la charge délestée.",
    "supply.stage": "Site et étape",
    "supply.built": "Construit ou loué",
    "supply.power": "Puissance",
    "supply.served": "Servi",
    "supply.january": "Une semaine de janvier",
    "supply.july": "Une semaine de juillet",
    "supply.durations": "Monotones",
    "supply.carbon": "Carbone selon le mois et l’heure du jour",
    "supply.hour": "Heure de la semaine",
    "supply.share": "Part de l’année, %",
    "supply.day_hour": "Heure du jour",
    "supply.hours_note": "Dernière étape ; les plus grands sites à pleine charge, et à la charge "
    "du plan la plus proche de celle du calcul, au choix au-dessus du graphique. Ce qui dépasse "
    "la charge recharge la batterie. Source : tables/supply_* de ce calcul.",
    "supply.grid": "Ce que voit le réseau",
    "supply.grid_note": "À pleine charge. Interruptible : ce qu’une règle applicable permet de "
    "rappeler. À la pointe de la zone : soutirage moyen dans ses heures de pointe, et rapporté à "
    "sa charge maximale. Rappelé : attendu, en heures à pleine charge. Les rampes dans la minute "
    "viennent de l’exploitation. Un défaut emporte le soutirage maximal, si rien ne reste "
    "raccordé. Source : tables/grid_view de ce calcul.",
    "supply.firm": "Contrat ferme",
    "supply.non_firm": "Interruptible",
    "supply.coincident": "À la pointe de la zone",
    "supply.area_share": "De la pointe de la zone",
    "supply.curtailed": "Rappelé",
    "supply.waits": "Calcul en attente",
    "supply.month": "Mois",
    "supply.accounts": "Énergie couverte et carbone de chaque site en {year}, à la charge du "
    "calcul",
    "supply.accounts_note": "Moyenne des tirages où le site soutire, P10 à P90 dessous. Couvert : "
    "par des sources propres du site et des contrats d’énergie propre, sur l’année et dans chaque "
    "heure ; le score CFE compte aussi la part propre du réseau. Scope 2 selon le lieu, et selon "
    "le marché : déduction faite des contrats déclarés, sur l’année ou dans chaque heure. Toutes "
    "les années : tables/site_years de ce calcul ; aux charges du plan : tables/site_accounts.",
    "supply.scope1": "Scope 1",
    "supply.scope2": "Scope 2, lieu",
    "supply.scope2_market": "Scope 2, marché",
    "supply.matched_year": "Couvert, année",
    "supply.matched_hour": "Couvert, heure",
    "supply.cfe": "Score CFE",
    "supply.standby": "Disponibilité",
    "supply.peak": "Soutirage maximal",
    "supply.ramp": "Rampe maximale",
    "supply.indicators": "Indicateurs de chaque site en {year}, à la charge du calcul",
    "supply.indicators_note": "ISO/IEC 30134 : PUE, WUE, CUE (site, et réseau selon le lieu), "
    "REF, ERF tel que déclaré. Moyenne des tirages où le site soutire, P10 à P90 dessous. Toutes "
    "les années : tables/indicators et tables/site_years de ce calcul.",
    "supply.scope2_hourly": "Scope 2, marché, heure",
    "supply.air_and_cost": "Eau, air et coût de chaque site en {year}, à la charge du calcul",
    "supply.air_and_cost_note": "Jour de pointe : le plus fort de l’année type. Potentiel : tous "
    "les moyens du site à leur puissance nominale toute l’année, dont dépend la classe du permis "
    "d’émission (États-Unis, là où l’air respecte les normes). Coût en dollars courants. "
    "Disponibilité : coût fixe des moyens du site, rapporté à leur puissance nominale. Source : "
    "tables/site_years et tables/indicators de ce calcul.",
    "supply.matching": "Énergie couverte et sans carbone, par année",
    "supply.matching_note": "Moyenne des tirages. Couvert sur l’année : sources propres du site et "
    "contrats d’énergie propre, rapportés à l’énergie de l’année ; dans l’heure : seulement ce "
    "qui tombe dans la même heure ; CFE : avec la part propre du réseau. Les heures sont celles "
    "du plan à la charge du tirage. Les plus grands sites, au choix au-dessus du graphique. "
    "Source : tables/site_years de ce calcul.",
    "supply.energy": "Énergie",
    "supply.water": "Eau",
    "supply.plant_water": "dont moyens du site",
    "supply.peak_day": "Jour de pointe",
    "supply.peak_date": "Le",
    "supply.year_water": "Sur l’année",
    "supply.day": "Jour",
    "supply.water_days": "Eau par jour en {year}",
    "supply.water_note": "Eau du site à la charge moyenne du calcul, aux jours de l’année type du "
    "site ; les boucles fermées sans évaporation suivent la saison. Les plus gros consommateurs, "
    "au choix au-dessus du graphique ; tous les sites : tables/water_days de ce calcul.",
    "supply.nox_potential": "NOx, potentiel",
    "supply.permit": "Permis d’émission",
    "supply.sources": "Coût par source en {year}",
    "supply.sources_note": "Coûts fixes et variables rapportés à l’énergie de la source, en "
    "dollars courants, P10 à P90 dessous ; disponibilité : coût fixe rapporté à la puissance "
    "nominale. Une batterie n’a pas d’énergie à elle. Toutes les années : tables/source_costs de "
    "ce calcul.",
    "supply.nameplate": "Puissance nominale",
    "supply.lcoe": "Coût",
    "supply.at_full": "{site}, pleine charge",
    "supply.at_load": "{site}, {load} de la pleine charge",
    "supply.others": "Ce qui retombe sur les autres clients, par année",
    "supply.others_note": "Rapporté à l’énergie de tous les clients de la zone ; négatif : ils y "
    "gagnent. Les années comptent du jour où le gestionnaire de réseau est prêt pour le contrat "
    "du site. Les plus grands contrats, au choix au-dessus du graphique. Source : "
    "tables/other_customers de ce calcul.",
    "supply.stranded": "Investissement échoué, par année",
    "supply.stranded_note": "Ce qui reste à amortir de l’investissement du gestionnaire de réseau "
    "une fois la charge partie, moins l’indemnité de sortie. Les plus grands contrats, au choix "
    "au-dessus du graphique. Source : tables/other_customers de ce calcul.",
    "supply.customers": "Les autres clients, si une charge tarde ou s’en va",
    "supply.customers_note": "Sommes sur 20 ans, en dollars courants. Sur les autres : ce que le "
    "gestionnaire de réseau doit recouvrer, moins ce que paie la charge et ce que rapporte la "
    "capacité laissée vide. Investissement et conditions sont des hypothèses du catalogue "
    "(assumptions/largeload), non celles d’un contrat. Toutes les années : tables/other_customers "
    "de ce calcul.",
    "supply.service_year": "Année de service",
    "supply.case": "La charge",
    "supply.contract": "Contrat",
    "supply.requirement": "À recouvrer",
    "supply.load_pays": "Payé par la charge",
    "supply.resold": "Revendu à d’autres",
    "supply.on_others": "Sur les autres",
    "supply.dearest": "Année la plus chère",
    "supply.stranded_short": "Échoué, au plus",
    "unit.usd_million": "millions de $",
    "unit.thousand_m3": "milliers de m³",
    "permit.NNSR": "non-conformité",
    "permit.PSD": "PSD",
    "permit.Title V": "titre V",
    "permit.minor": "mineur",
    "supply.rules": "Règles applicables aux sites",
    "supply.rules_note": "Règles qui s’appliquent entre le démarrage du site et l’horizon, ou "
    "peut-être (ouvert : le plan ne le dit pas), vérifiées sur son alimentation au moindre coût, "
    "réserve comprise. Toutes les règles : tables/rules de ce calcul.",
    "supply.rule": "Règle",
    "supply.applies": "S’applique",
    "supply.met": "Respectée",
    "supply.value": "Valeur",
    "supply.limit": "Limite",
    "supply.short": "Écart",
    "unit.kg_mwh": "kg/MWh",
    "source.pv-tracked": "solaire",
    "source.wind-onshore": "éolien",
    "source.battery": "batterie",
    "source.waiting": "calcul en attente",
    "source.unserved": "charge non servie",
    "source.load": "charge",
    "told.yes": "oui",
    "told.no": "non",
    "told.open": "ouvert",
    "supply.sized": "{size} : {value}, à partir de {least}",
    "unit.tonnes_year": "t/an",
    "supply.not_told": "non indiqué",
    "rule_size.it_mw": "puissance informatique",
    "rule_size.facility_mw": "puissance du site",
    "rule_size.grid_mw": "puissance du réseau",
    "rule_size.onsite_mw": "puissance sur site",
    "rule_size.colocated_mw": "moyens propres raccordés au réseau",
    "rule_size.turbine_mw": "turbines",
    "rule_size.large_turbine_mw": "grandes turbines",
    "rule_size.onsite_thermal_mw": "puissance thermique sur site",
    "rule_size.engine_mw": "moteurs",
    "rule_sure.high": "confiance haute",
    "rule_sure.medium": "confiance moyenne",
    "rule_sure.low": "confiance faible",
    "rule_size.portable_mw": "installations mobiles",
    "rule_size.nox_t_per_year": "NOx potentiels par an",
    "rule_size.steam_nox_t_per_year": "NOx potentiels par an, avec vapeur",
    "rule_stage.in force": "en vigueur",
    "rule_stage.adopted": "adoptée",
    "rule_stage.proposed": "proposée",
    "rule_stage.precedent": "précédent",
    # impact
    "impact.title": "Ce que cela représente",
    "impact.intro": "Travail utile et empreinte de tout le programme par année civile.",
    "impact.table": "Travail et empreinte par année",
    "impact.note": "P50, avec P10 … P90 au-dessous. Source : tables/impact de cette simulation.",
    "impact.metric": "Grandeur",
    "metric.training_flop": "FLOP d’entraînement",
    "metric.output_tokens": "tokens de sortie",
    "metric.input_tokens": "tokens d’entrée",
    "metric.energy_twh": "énergie",
    "metric.co2_mt": "CO₂",
    "metric.water_million_m3": "eau",
    "metric.h100_equivalents_end": "parc en équivalents H100, fin d’année",
    "metric.world_stock_h100_equivalents": "parc mondial sans le programme, équivalents H100",
    "metric.share_of_world_stock": "part du parc mondial",
    # performance
    "performance.title": "Débits d’entraînement et d’inférence",
    "performance.intro": "Ce que fait un module GPU sain aux réglages indiqués, avant pannes et "
    "attentes. Un débit ne veut rien dire sans ses conditions.",
    "performance.train": "Entraînement et recherche",
    "performance.serve": "Inférence",
    "performance.note": "Sigma est l’écart type de ln(réel / prédit) : 90 % des débits réels sont "
    "à un facteur exp(±1,645 sigma) près. Toutes les grandeurs sont dans "
    "tables/performance de cette simulation.",
    "performance.named": "Un entraînement de 10^26 FLOP sur chaque phase",
    "performance.named_note": "Modèle de la première charge d’entraînement, sur tous les modules "
    "de la phase, la moitié, le quart ou le huitième : le plus petit travail à un dixième près de "
    "la durée la plus courte. P50 avec P10 et P90, pannes et redémarrages compris. Coût : part de "
    "l’investissement sur la durée de vie des systèmes, entretien et énergie, sans rémunération "
    "du capital.",
    "performance.phase": "Phase",
    "metric.run_days": "durée",
    "metric.run_mwh": "énergie",
    "metric.run_usd": "coût",
    "performance.workload": "Charge",
    "performance.conditions": "Conditions",
    "metric.tokens_per_s_per_package": "tokens/s par module",
    "metric.output_tokens_per_s_per_package": "tokens de sortie/s par module",
    "metric.input_tokens_per_s_per_package": "tokens d’entrée/s par module",
    "metric.tokens_per_s_per_user": "tokens/s par utilisateur",
    "metric.packages": "modules du travail",
    "metric.mfu": "rendement FLOP du modèle (MFU)",
    "metric.step_time_s": "durée d’un pas",
    "metric.ttft_ms": "délai du premier token",
    "metric.tpot_ms": "durée par token de sortie",
    "metric.power_w": "puissance par module",
    "metric.sigma_log": "erreur (sigma de ln)",
    # operations
    "operations.title": "Des heures installées aux heures utiles",
    "operations.intro": "De toutes les heures-modules installées sur l’horizon, combien font un "
    "travail utile et où passent les autres.",
    "operations.figure": "Heures-modules : installées, perdues, utiles",
    "operations.unit": "% des heures-modules installées",
    "operations.note": "Moyennes sur les tirages. Source : tables/operations de cette simulation.",
    "operations.table": "Part des heures-modules installées par année",
    "operations.installed": "installées",
    "operations.money": "Heures-modules et leur coût, par cause, sur l’horizon",
    "operations.hours": "milliards d’heures-modules",
    "operations.cost": "coût de ces heures",
    "operations.money_note": "Chaque heure au coût, pour le propriétaire, d’une heure-module "
    "installée : capital sur sa durée de vie et entretien, sans l’énergie. Moyennes sur les "
    "tirages.",
    "shape.figure": "Charge informatique sur une semaine : {site}, toutes phases en service",
    "shape.unit": "MW informatiques",
    "shape.line": "puissance informatique",
    "shape.note_closed": "Formule sur les valeurs centrales : la demande d’inférence sur une "
    "base constante de travaux. Rampe et chute sont les médianes des plus grandes de six mois. "
    "Source : tables/load_shape de cette simulation.",
    "shape.note_events": "La semaine la plus courante de trois fois six mois, événement par "
    "événement, sur les valeurs centrales. Rampe et chute sont les plus grandes en six mois, "
    "celles du milieu des trois. Source : tables/load_shape de cette simulation.",
    "shape.days": "lun. mar. mer. jeu. ven. sam. dim.",
    "shape.table": "Comment varie la charge de chaque site, toutes phases en service",
    "shape.mean": "puissance informatique moyenne",
    "shape.ramp": "plus grande rampe",
    "shape.drop": "plus grande chute instantanée",
    "cause.useful": "travail utile",
    "cause.delivered": "travail utile",
    "cause.idle": "affectées à aucune charge",
    "cause.power": "puissance bridée",
    "cause.headroom": "sans travail, ou gardées pour les pointes",
    "cause.repair": "réparation, rechanges, entretien",
    "cause.redo": "travail refait",
    "cause.checkpoint": "écriture des points de reprise",
    "cause.detection": "détection des pannes",
    "cause.restart": "redémarrage",
    # conversion
    "conversion.title": "L’annonce face au calcul",
    "conversion.intro": "Ce que dit l’annonce, à côté de ce que donnent le fichier du programme et "
    "le catalogue. Un désaccord est un constat, pas une erreur de la simulation.",
    "conversion.table": "Totaux déclarés et calculés",
    "conversion.quantity": "Grandeur",
    "conversion.declared": "Déclaré",
    "conversion.computed": "Calculé",
    "conversion.agrees": "Accord",
    "conversion.reading": "Lecture",
    "total.facility_power_mw": "puissance d’installation",
    "total.packages": "modules GPU",
    "total.dies": "puces GPU",
    "total.racks": "baies",
    "total.capex_usd_per_gw": "coût d’investissement par GW",
    "total.investment_usd": "investissement",
    # sites
    "sites.title": "Sites et hypothèses",
    "sites.intro": "Quels sites portent le programme, et comment chacun est connu. Annoncé, "
    "rapporté et supposé sont trois choses différentes.",
    "sites.table": "Sites",
    "sites.power": "Puissance du site",
    "sites.counted": "base de compte : {basis}",
    "sites.deal_share": "Part pour ce programme",
    "sites.facility": "Puissance d’installation pour lui",
    "sites.roles": "Bailleur / cloud / locataire",
    "sites.note": "Note",
    "sites.facts": "Tous les faits utilisés ({count})",
    "sites.fact": "Fait",
    "sites.value": "Valeur",
    "sites.low_high": "Fourchette",
    "sites.as_of": "En date de",
    "mark.measured": "mesuré",
    "mark.specified": "spécifié",
    "mark.announced": "annoncé",
    "mark.reported": "rapporté",
    "mark.estimated": "estimé",
    "mark.assumed": "supposé",
    # warnings, limits, reading
    "warnings.title": "Avertissements de cette simulation",
    "warnings.intro": "Ce que la simulation a relevé dans ses propres données d’entrée.",
    "limits.title": "Ce qui n’est pas modélisé",
    "limits.intro": "Une première version de chaque couche : simple, sur des formules énoncées. À "
    "connaître avant de s’appuyer sur un chiffre.",
    "limits.1": "Décisions : un locataire part, un site s’arrête ou change de source d’énergie aux "
    "fréquences des cas connus, quels que soient l’argent, l’énergie ou la demande du moment. "
    "Personne ne réagit.",
    "limits.2": "Demande : utilisateurs et recettes ne réagissent ni aux prix ni à ce que "
    "construisent les concurrents.",
    "limits.3": "Le réseau électrique au-delà du raccordement du site : pas de transits, pas de "
    "prix formé par la charge elle-même. La simulation va par mois ; les heures de la production "
    "et de la charge sont dans gigawatt supply et gigawatt operate.",
    "limits.4": "Les défaillances isolées : dans la simulation, coupures, pièces en panne et "
    "redémarrages entrent comme taux et parts, ce qui lisse un mauvais mois ; gigawatt operate les "
    "traite comme événements.",
    "limits.5": "Monnaies et règles comptables ; impôts, sauf si le programme a un instrument pour "
    "eux ; défauts de paiement hors des essais de résistance, sauf si une garantie en dit la "
    "probabilité ; revente de matériel d’occasion avant la fin du calendrier, sauf si une phase "
    "quitte le service.",
    "limits.6": "Carbone et eau de la fabrication du matériel et des bâtiments, et eau consommée "
    "par les centrales du réseau.",
    "limits.7": "Surprises hors des fourchettes d’entrée : guerre, règles d’exportation, nouveau "
    "type de puce, effondrement de la demande. L’incertitude réelle est plus large que P10 à P90.",
    "reading.title": "Comment lire P10, P50 et P90",
    "reading.1": "La simulation tire au sort de nombreuses fois chaque donnée incertaine et "
    "calcule toute la chaîne pour chaque tirage.",
    "reading.2": "P50 : la moitié des tirages est au-dessous, l’autre au-dessus. P10 : un tirage "
    "sur dix est au-dessous. P90 : neuf sur dix sont au-dessous. Pour une date, au-dessous veut "
    "dire plus tôt ; pour un coût, moins cher.",
    "reading.3": "P90 est toujours le 90e percentile de la grandeur : une date tardive et un coût "
    "élevé sont tous deux des P90.",
    "reading.4": "Les percentiles ne s’additionnent pas. Le P90 d’une somme n’est pas la somme des "
    "P90 ; les sommes montrées sont des sommes de moyennes.",
    "reading.5": "« {after} » signifie qu’à ce percentile la chose n’est pas arrivée dans le "
    "calendrier du programme.",
    "reading.6": "Les fourchettes disent ce qui découle des données d’entrée et des formules. "
    "Elles ne couvrent pas ce que le modèle laisse de côté.",
    # sources
    "sources.title": "Sources",
    "sources.intro": "D’où viennent les faits utilisés dans cette simulation.",
    "sources.table": "Sources ({count})",
    "sources.kind": "Nature",
    "sources.date": "Date",
    # run
    "run.title": "À propos de cette simulation",
    "run.intro": "De quoi la relancer et obtenir les mêmes chiffres.",
    "run.table": "Fiche de la simulation",
    "run.key": "Élément",
    "run.value": "Valeur",
    "run.program": "programme",
    "run.origin": "fichier du programme",
    "run.program_sha256": "empreinte du programme",
    "run.catalog_sha256": "empreinte du catalogue",
    "run.seed": "graine",
    "run.draws": "tirages",
    "run.workers": "processus",
    "run.duration": "durée",
    "run.python": "Python",
    "run.packages": "bibliothèques",
    # comparison
    "compare.beside": "Le plan annoncé et le plan signé, P50",
    "compare.announced": "annoncé",
    "compare.signed": "signé",
    "compare.difference_word": "écart",
    "compare.of_it": "dont P10",
    "compare.where": "Ce qui l’explique : le rapport, ou gigawatt compare {a} {b}",
    "compare.setting": "{draws} tirages, graine {seed}, les mêmes des deux côtés ; B moins A",
    "compare.note": "Note : {note}.",
    "compare.named": "Résultats nommés : A, B et l’écart dans chaque tirage",
    "compare.not_in_time": "hors délai",
    "compare.pp": "pts",
    "compare.of_medians": "des médianes",
    "compare.only": "{side} seul dans {share} des tirages",
    "compare.causes_grid": "Causes : effet sur le P50 de chaque groupe de données, de A à B "
    "({draws} tirages ; moyenne des deux ordres)",
    "compare.month": "mois {number}",
    "compare.more": "et {count} autres",
    # ask et explain
    "ask.newest": "Simulation : {folder} (la plus récente)",
    "ask.status": "{title} : {status}",
    "ask.from": "{definition} D’après : {data}.",
    "ask.more": "… et {count} lignes de plus : --json les donne toutes",
    "explain.results": "Résultats nommés",
    "explain.below": "Grandeurs dont ils dépendent",
    "explain.no_gigawatt": "Aucun tirage du programme ne contient un gigawatt entier.",
    "explain.sources": "Sources ({count})",
    "explain.above": "voir plus haut",
    "explain.never": "jamais atteint",
    "explain.more": "… {count} de plus",
    "explain.as_of": "{status}, au {date}",
    "explain.facts": "{count} faits {pattern}",
    "explain.inputs": "{count} données du programme {pattern}",
    "compare.title": "{a} et {b} comparés",
    "compare.verdict": "A : {a}. B : {b}. Les deux ont les mêmes nombres aléatoires : un écart "
    "vient du programme et non du hasard.",
    "compare.seed": "graine {seed}",
    "compare.intro": "P50, avec P10 … P90 dessous. L’écart est B moins A, pris dans chaque tirage "
    ": il peut différer de l’écart des deux P50.",
    "compare.results": "Résultats nommés",
    "compare.side_by_side": "Tel qu’annoncé et tel que signé",
    "compare.results_note": "Source : comparison.json dans ce dossier.",
    "compare.difference": "B − A",
    "compare.points": "points",
    "compare.months": "mois",
    "compare.months_since": "mois depuis le début",
    "compare.causes": "Ce qui explique l’écart",
    "compare.causes_intro": "Effet de chaque groupe de données modifiées sur le P50, de A à B, "
    "moyenne des deux ordres de changement ({draws} tirages).",
    "compare.causes_note": "L’axe ne part pas toujours de zéro. Source : comparison.json de ce "
    "dossier.",
    "compare.capped": "Un P50 est au-delà du calendrier et compte pour sa fin : les effets sont au "
    "moins aussi grands. L’axe ne part pas toujours de zéro. Source : comparison.json.",
    "compare.years": "Par année civile",
    "compare.notes": "Remarques",
    # value chain
    "chain.title": "Ce que l’argent achète, et qui le garde",
    "chain.intro": "Ressources et emplois de ce qui est construit dans le calendrier, trésorerie "
    "par acteur, et part que garde chaque maillon de la chaîne de valeur. Moyennes sur les "
    "tirages, en dollars courants.",
    "chain.account_note": "{gw} en service à la fin du calendrier ; les systèmes commandés d’ici "
    "là pour plus tard comptent aussi. Première année : une année au coût moyen de la simulation "
    "par GW-an. La trésorerie propre solde le compte. Le financement sans nom est net de ce qui "
    "est remboursé. Source : tables/ledger, capex et capacity de cette simulation.",
    "chain.equity_note": "Sur {whole} Md $ de fonds propres, {kept} Md $ ne sont pas transmis à "
    "ceux qui construisent : le laboratoire en paie ses factures de calcul.",
    "chain.uses": "Ce qu’il paie (emplois), par gigawatt et en tout",
    "chain.sources": "D’où il vient (ressources), par gigawatt et en tout",
    "chain.line": "Ligne",
    "chain.per_gw": "Par GW",
    "chain.in_all": "En tout",
    "chain.part": "Part",
    "chain.cash": "Trésorerie par acteur, cumulée à la fin de l’année",
    "chain.cash_note": "Reçu moins payé depuis le début, moyenne sur les tirages ; la somme de "
    "tous les acteurs est nulle. Le graphique montre les huit dont l’écart est le plus grand, le "
    "tableau les montre tous. Source : tables/ledger.",
    "chain.once": "Ce que chaque maillon garde d’un gigawatt, une fois ({system})",
    "chain.yearly": "Ce que chaque maillon garde d’un gigawatt, par année de service",
    "chain.unit_year": "Md $ par GW et par an",
    "chain.layer": "Maillon",
    "chain.revenue": "Chiffre d’affaires",
    "chain.margin": "Marge brute",
    "chain.profit": "Bénéfice brut",
    "chain.revenue_of": "Chiffre d’affaires tiré de",
    "chain.of_run": "cette simulation",
    "chain.of_catalog": "catalogue",
    "chain.all_layers": "Tous les maillons",
    "chain.overlap_note": "Les maillons se recouvrent (mémoire et fonderie sont des coûts du "
    "vendeur de puces) : additionner les bénéfices bruts, jamais les chiffres d’affaires. Le "
    "chiffre d’affaires est l’intervalle P10 … P90 du coût d’investissement, multiplié par la part "
    "du maillon, qui relève du jugement ; les marges sont un condensé de presse et de comptes. Les "
    "bornes associent le bas au bas et le haut au haut.",
    "chain.margin_note": "Le chiffre d’affaires est la moyenne de cette simulation sur tous les "
    "GW-ans de service. Le prêteur n’a que les prêts nommés ; sa marge est l’écart de taux "
    "en part des intérêts, avant pertes. Propriétaire et électricité : avant intérêts et usure.",
    "component.first_year_energy": "énergie, première année",
    "component.first_year_opex": "autre exploitation, première année",
    "component.held": "gardé en trésorerie à la fin",
    "component.site_capex": "site",
    "component.connection": "raccordement au réseau",
    "source.equity": "fonds propres, transmis",
    "source.prepayment": "avance sur la trésorerie du laboratoire",
    "source.loans": "prêts, crédit-bail et obligations",
    "source.unnamed": "financement sans nom (le manque)",
    "source.own_cash": "trésorerie du propriétaire et du cloud",
    "party.layer_chip": "Vendeur de puces",
    "party.layer_memory": "Mémoire",
    "party.layer_foundry": "Fonderie et assemblage des puces",
    "party.layer_system-maker": "Fabricant de systèmes",
    "party.layer_network": "Optique et autre réseau",
    "party.layer_power-cooling-equipment": "Matériel électrique et de refroidissement",
    "party.layer_builder": "Constructeur",
    "party.layer_landlord": "Propriétaire",
    "party.layer_power": "Électricité",
    "party.layer_lender": "Prêteur",
    "party.layer_cloud": "Cloud",
    "party.layer_lab": "Laboratoire",
    # terminal
    "terminal.headline": "Résultats principaux",
    "terminal.capacity": "En service en fin d’année",
    "terminal.yearly": "Par année civile, P50",
    "terminal.binding": "Prêt en dernier, % des mégawatts de l’année",
    "terminal.warnings": "{count} avertissements, le premier : {first}",
    "terminal.warning": "1 avertissement : {first}",
    "terminal.folder": "Dossier de la simulation : {folder}",
    "terminal.others": "autres",
    # sections on each gigawatt, influence, derivations, questions and the market
    "page.csv": "Chiffres de ce graphique (CSV)",
    "capacity.sites": "Puissance d’installation en service par site, moyenne",
    "capacity.sites_note": "Moyennes sur les tirages, empilées, car les moyennes s’additionnent et "
    "les percentiles non. Source : tables/capacity de cette simulation.",
    "capacity.others": "autres sites",
    # en bref
    "short_answer.title": "En bref",
    "short_answer.intro": "Les six questions de la plupart des lecteurs. Chacune mène à la section "
    "correspondante ; P50 d’abord, P10 … P90 entre parenthèses.",
    "short_answer.caption": "Questions et réponses",
    "short_answer.question": "Question",
    "short_answer.answer": "Réponse de cette simulation",
    "short_answer.on_time": "Sera-ce à l’heure ?",
    "short_answer.binds": "Qu’est-ce qui retarde ?",
    "short_answer.cost": "Combien cela coûte-t-il ?",
    "short_answer.risk": "Qui porte le risque ?",
    "short_answer.effects": "Quel effet sur le réseau et le marché ?",
    "short_answer.sure": "les plages sont celles des données ; ce qui n’est pas modélisé est dit "
    "plus bas",
    "short_answer.how_sure": "Quelle certitude ?",
    "short_answer.band": "{p50} ({p10} … {p90})",
    "short_answer.first_gw_in_service_date": "le premier gigawatt est en service en {band}",
    "short_answer.tenth_gw_in_service_date": "le dixième : {band}",
    "short_answer.reached": "à l’échéance de {horizon}, il l’est dans {share} des tirages",
    "short_answer.binding": "prêt en dernier, en mégawatts : {causes}",
    "short_answer.capex": "{band} par gigawatt à construire, informatique comprise, en monnaie de "
    "la date de connaissance",
    "short_answer.spent": "{total} nominaux en tout à l’échéance de {horizon}, sans les "
    "remplacements",
    "short_answer.gap": "aucun contrat nommé ne couvre {band} au pire moment",
    "short_answer.deepest": "les plus à découvert au pire moment (médianes) : {parties}",
    "short_answer.stress": "sous contrainte, valeur actuelle perdue : {losses}",
    "short_answer.loss": "{party} {value} ({scenario})",
    "short_answer.energy_twh_per_year": "{value} d’électricité en {year}",
    "short_answer.co2_mt_per_year": "{value} en {year}",
    "short_answer.share_of_world_stock": "{value} du calcul IA mondial en {year}, au plus",
    "short_answer.grid": "{share} de l’énergie vient des réseaux, le reste de centrales sur site",
    "short_answer.sites": "{assumed} sites sur {count} sont supposés, de même que la part de "
    "chacun qui revient au programme",
    "short_answer.facts": "{weak} faits sur {count} sont supposés ou estimés",
    "gigawatts.title": "Gigawatt par gigawatt",
    "gigawatts.intro": "Quand chaque gigawatt entier entre en service (P50, avec P10 … P90), ce "
    "qui était prêt en dernier là où il s’achève (part des tirages), et le levier qui l’avance le "
    "plus.",
    "gigawatts.when": "Le GW {number} n’est pas en service avant {p50} ({p10} … {p90})",
    "gigawatts.late": "Le GW {number} n’est en service à l’échéance de {horizon} que dans {share} "
    "des tirages",
    "gigawatts.because": ", car le dernier prêt est : {causes}, sur {sites}",
    "gigawatts.because_only": ", car le dernier prêt est : {causes}",
    "gigawatts.cause": "{cause} ({share})",
    "gigawatts.relief": "le plus fort allègement : {lever}, {months} mois plus tôt",
    "gigawatts.relief_both": "le plus fort allègement, et le moins cher au prix connu : {lever}, "
    "{months} mois plus tôt pour {cost} par GW-mois",
    "gigawatts.relief_to": "le plus fort allègement : {lever}, qui l’amène à {p50}",
    "gigawatts.no_relief": "aucun des leviers ci-dessous ne l’avance",
    "gigawatts.which": "Gigawatt",
    "gigawatts.levers": "Ce que gagne chaque levier au P50",
    "gigawatts.levers_note": "Calendrier refait sur les mêmes tirages avec un levier actionné sur "
    "tous les sites ; + veut dire plus tôt. Une date : seul le levier atteint le gigawatt dans le "
    "calendrier. Le moins cher : le plus faible coût direct rapporté à la capacité et au temps "
    "gagnés, parmi les leviers dont le prix est connu. Source : gigawatts.json de cette "
    "simulation.",
    "gigawatts.cheapest": "le moins cher au prix connu : {lever}, {months} mois plus tôt pour "
    "{cost} par GW-mois",
    "influence.title": "Ce qui fait varier les résultats",
    "influence.intro": "Quelles données incertaines décident de la place d’un résultat dans sa "
    "fourchette. Une barre de 1 voudrait dire que la donnée décide seule ; 0, qu’elle ne joue pas. "
    "Ce classement porte sur l’incertitude, non sur l’importance : une donnée bien connue ne fait "
    "rien varier.",
    "influence.unit": "coefficient de rang, de −1 à 1",
    "influence.raises": "une donnée plus grande l’augmente",
    "influence.lowers": "une donnée plus grande le diminue",
    "influence.later": "une donnée plus grande le retarde",
    "influence.sooner": "une donnée plus grande l’avance",
    "influence.note": "Données les plus fortes qui se distinguent du hasard : {count}, dix au "
    "plus ; moustaches : erreur type. Une régression sur les rangs de tous les tirages explique "
    "{share} de la dispersion. Source : tables/draws de cette simulation.",
    "influence.table": "Données les plus fortes",
    "influence.input": "Donnée",
    "influence.coefficient": "Coefficient",
    "influence.error": "± erreur",
    "influence.rho": "Corrélation de rang",
    "influence.share": "Part de la dispersion",
    "influence.clear": "Distinct du hasard",
    "influence.nothing": "le même dans tous les tirages (ou jamais atteint) : rien ne le fait "
    "varier",
    "influence.explained": "{share} de la variance des rangs expliqués, {draws} tirages, {inputs} "
    "données",
    "influence.never": "jamais atteint dans {share}",
    "influence.heads": "Colonnes : coefficient ± erreur, part, donnée",
    "influence.also": "(et {count} qui vont avec elle)",
    "influence.unclear": "non distinct du hasard (|rho| sous {noise})",
    "why.title": "Pourquoi : d’où vient chaque résultat",
    "why.intro": "Ouvrir un résultat montre sa formule, ce qui y entre, et ainsi de suite jusqu’"
    "aux faits, avec leur statut et leur source. Une grandeur n’est décomposée qu’une fois ; "
    "ailleurs, une flèche y renvoie.",
    "why.group": "{count} données : {pattern}",
    "questions.title": "Vingt questions",
    "questions.intro": "Ce que demandent énergéticiens, planificateurs, prêteurs, régulateurs, "
    "journalistes et investisseurs. Chaque réponse est calculée à partir de cette simulation ; "
    "pour ce qui n’est pas encore connu, il est dit ce qui manque.",
    "questions.values": "Valeurs",
    "questions.more": "{count} lignes de plus dans la réponse de gigawatt ask.",
    "answer.answered": "répondu",
    "answer.partly": "en partie",
    "answer.not_yet": "pas encore",
    "market.title": "Concentration, accès et prix",
    "market.intro": "Qui possède et qui utilise le calcul IA du monde avant et après le programme, "
    "ce qui reste aux autres, et ce que coûtent une heure de GPU et un million de tokens.",
    "market.figure": "Concentration du calcul IA mondial",
    "market.hhi_unit": "indice de Herfindahl (IHH), points",
    "market.note": "10 000 points = une seule entreprise détient tout. Barres : P50 ; moustaches : "
    "P10 à P90 ; les petits détenteurs comptent comme autant d’entreprises (borne basse). "
    "« Grown » : les autres croissent avec le parc mondial ; « held » : ils restent tels quels. "
    "Source : tables/impact de cette simulation et détenteurs du catalogue.",
    "market.view": "Vue",
    "market.table_owner": "Concentration par détenteur",
    "market.table_user": "Concentration par utilisateur",
    "market.case": "Cas",
    "market.by_owner": "par détenteur",
    "market.by_user": "par utilisateur",
    "glossary.title": "Glossaire",
    "glossary.table": "Mots employés ici",
    "glossary.term": "Terme",
    "glossary.meaning": "Sens",
    "glossary.1": "Puissance informatique : ce que consomment les serveurs et leur réseau. "
    "Puissance d’installation : puissance informatique, refroidissement et pertes compris. La "
    "puissance au réseau est plus grande encore, des pertes jusqu’au compteur.",
    "glossary.2": "PUE : puissance d’installation rapportée à la puissance informatique (power "
    "usage effectiveness). 1,2 veut dire que refroidissement et pertes ajoutent un cinquième.",
    "glossary.3": "WUE : eau utilisée sur le site par kWh d’énergie informatique (water usage "
    "effectiveness).",
    "glossary.4": "Module et puce : un module est ce que l’on branche comme un accélérateur ; il "
    "porte deux ou quatre puces, les pièces de silicium. Les annonces appellent « GPU » tantôt "
    "l’un, tantôt l’autre.",
    "glossary.5": "Baie : armoire de 72 ou 144 modules, achetée, refroidie et réceptionnée d’un "
    "seul tenant.",
    "glossary.6": "Bloc : un bâtiment d’un site avec ses systèmes, la plus petite unité du "
    "calendrier.",
    "glossary.7": "Mise sous tension : l’alimentation garantie est au bâtiment. En service : les "
    "baies sont réceptionnées et l’alimentation est garantie.",
    "glossary.8": "Tirage : un avenir possible, avec une valeur pour chaque donnée incertaine.",
    "glossary.9": "P10, P50, P90 : un, cinq, neuf tirages sur dix sont au-dessous de cette valeur.",
    "glossary.10": "Prêt en dernier : ce qui, de ce fait, fixe la date.",
    "glossary.11": "Tranche : part d’un engagement versée quand un jalon est atteint, par exemple "
    "un gigawatt en service.",
    "glossary.12": "Besoin de financement non couvert : ce qui est dû avant qu’un instrument nommé "
    "ne le paie ; il faut un relais.",
    "glossary.13": "Capex et opex : ce qui est dépensé pour construire, et pour exploiter.",
    "glossary.14": "DSCR : flux disponibles pour le service de la dette rapportés à ce service ; "
    "les prêteurs demandent de 1,2 à 1,5.",
    "glossary.15": "Équivalent H100 : calcul compté en unités d’un NVIDIA H100, au débit de crête.",
    "glossary.16": "MFU : arithmétique utile du modèle rapportée à la crête de la puce (model FLOP "
    "utilisation).",
    "glossary.17": "FLOP : une opération arithmétique sur des nombres ; 10²⁵ et 10²⁶ sont des "
    "seuils réglementaires.",
    "glossary.18": "Token : fragment de mot, l’unité dans laquelle les modèles lisent et écrivent.",
    "glossary.19": "IHH : indice de Herfindahl, somme des carrés des parts de marché en pour cent. "
    "CR4, CR5 : part des quatre, des cinq plus grands.",
    "glossary.20": "Annoncé, signé, rapporté, estimé, supposé : dit en public ; dans un contrat ; "
    "par la presse ou un document de tiers ; calculé par d’autres ; jugé par ce projet.",
    # names in the data: legs of instruments, power routes, bases of megawatts, kinds of sources
    "leg.bill": "facture",
    "leg.capacity": "capacité",
    "leg.contract_price": "prix d’un contrat d’énergie propre",
    "leg.market_value": "sa valeur au prix du réseau",
    "leg.construction": "construction",
    "leg.cost": "coût",
    "leg.delivery": "livraison",
    "leg.deposit": "acompte",
    "leg.draw": "tirage de crédit",
    "leg.energy": "énergie",
    "leg.facility": "installation",
    "leg.cash_sweep": "remboursement sur la trésorerie courante",
    "leg.interest": "intérêts",
    "leg.it": "informatique",
    "leg.network_storage": "réseau et stockage",
    "leg.prepayment": "avance",
    "leg.principal": "principal",
    "leg.renewal": "renouvellement",
    "leg.relet_rent": "loyer du nouveau bail",
    "leg.relet_system_rent": "loyer des systèmes au nouveau bail",
    "leg.rent": "loyer",
    "leg.resold": "capacité reprise par d’autres",
    "leg.repayment": "remboursement",
    "leg.revenue": "recettes",
    "leg.systems": "systèmes",
    "leg.tranche": "tranche",
    "leg.acceptance": "paiement à la réception",
    "leg.backstop": "paiement de la capacité invendue",
    "leg.balloon": "prêt remboursé au refinancement",
    "leg.capitalised_interest": "intérêts ajoutés au prêt",
    "leg.commitment_fee": "commission d’engagement",
    "leg.connection": "raccordement",
    "leg.cure": "apport du propriétaire en soutien",
    "leg.demand_charge": "prime de puissance",
    "leg.distribution": "distribution au propriétaire",
    "leg.equity": "fonds propres",
    "leg.escrow": "versement sous séquestre",
    "leg.escrow_paid": "versement du séquestre",
    "leg.exercise": "exercice de bons de souscription",
    "leg.guarantee": "versement de la garantie",
    "leg.minimum_take": "prélèvement minimal",
    "leg.parked_interest": "intérêts des fonds en attente",
    "leg.purchase": "rachat en fin de location",
    "leg.recognised": "avance imputée",
    "leg.refinanced": "nouveau prêt du refinancement",
    "leg.refinancing_fee": "frais de refinancement",
    "leg.revenue_share": "part des recettes",
    "leg.sale": "vente",
    "leg.support": "soutien du sponsor",
    "leg.system_rent": "loyer des systèmes",
    "leg.tax": "impôt",
    "leg.upfront_fee": "frais d’entrée",
    "leg.warrant": "valeur des bons de souscription",
    "route.grid": "réseau",
    "route.onsite": "sur site",
    "basis.facility": "installation",
    "basis.generation": "production sur site",
    "basis.grid": "réseau",
    "basis.it": "informatique",
    "kind.digest": "synthèse",
    "kind.judgement": "jugement",
    "kind.primary": "primaire",
    "kind.secondary": "secondaire",
    "dates.title": "Chaque gigawatt",
    "dates.intro": (
        "Date de mise en service de chaque gigawatt entier, et probabilité qu’il le soit à "
        "la fin d’une année."
    ),
    "dates.gigawatts": "Gigawatts en service",
    "dates.gigawatts_note": (
        "Parts par année : probabilité de mise en service avant la fin de l’année. "
        "Puissance des sites. Une date qui dépasse le calendrier dans autant de tirages est"
        " donnée comme postérieure à sa fin."
    ),
    "dates.reached": "Atteint",
    "dates.build": "Du terrassement à la mise sous tension (P50)",
    "dates.fill": "De la mise sous tension au dernier bâtiment en service (P50)",
    "dates.spread": "Dernier bâtiment en service, P10 à P90",
    "dates.gantt": "Phases des sites",
    "dates.gantt_unit": "date",
    "dates.gantt_note": (
        "Les barres sont au P50 ; le trait fin donne la fourchette du dernier bâtiment en "
        "service. Une barre qui touche le bord n’est pas en service dans le calendrier au "
        "P50."
    ),
    "dates.cleared": "Terrassement",
    "dates.first_power": "Mise sous tension",
    "dates.lost": "Perdu",
    "dates.phases": "Phases",
    "dates.s_curve": "Capacité en service",
    "dates.stages": "De l’annonce à la mise en service",
    "dates.s_curve_note": "Puissance d’installation : puissance informatique, refroidissement et "
    "pertes compris, des blocs affectés à ce programme.",
    "dates.stages_note": (
        "Médianes en fin de trimestre. Sous contrat : électricité d’un site connu, "
        "contractée à la date de référence, sinon dès le terrassement. Sous tension : salle "
        "équipée et raccordée."
    ),
    "dates.stage_announced": "Annoncé",
    "dates.stage_contracted": "Sous contrat",
    "dates.stage_cleared": "Terrassé",
    "dates.stage_powered": "Sous tension",
    "dates.stage_in_service": "En service",
    "dates.lever": "Levier",
    "dates.days_p50": "Jours gagnés, P50",
    "dates.days_p80": "Jours gagnés, P80",
    "dates.gw_months": "GW-mois gagnés",
    "dates.cost": "Coût, Md USD",
    "dates.per_gw_month": "Md USD par GW-mois",
    "dates.levers": "Ce qui avancerait les dates",
    "dates.levers_intro": (
        "Chaque levier est actionné à la fois partout où il peut encore l’être, sur les mêmes "
        "tirages."
    ),
    "dates.levers_note": (
        "Jours gagnés pour un gigawatt au P50 et au P80 ; capacité multipliée par le temps "
        "gagné sur le calendrier ; coût direct en dollars d’aujourd’hui quand le catalogue "
        "permet de le chiffrer."
    ),
    "dates.only": "seulement ainsi",
    "dates.not_known": "inconnu",
    "lever.contracted": "électricité sous contrat au terrassement, là où il est à venir",
    "lever.order-earlier": "transformateurs et tableaux commandés jusqu’à 8 mois plus tôt",
    "lever.onsite": "production sur site à la place du réseau",
    "lever.crew": "une équipe sur trois en plus",
    "lever.rack-share": "part des baies accrue de moitié",
    "lever.platform": "la plateforme un trimestre plus tôt",
    "lever_cost.contracted": "aucun prix publié d’une électricité acquise",
    "lever_cost.order-earlier": "intérêts sur un matériel payé plus tôt",
    "lever_cost.onsite": (
        "coût d’investissement de la centrale, qui reste en secours ; combustible non "
        "compté"
    ),
    "lever_cost.crew": "aucun prix publié des équipes",
    "lever_cost.rack-share": "aucun prix publié d’une place dans la file",
    "lever_cost.platform": "ne s’achète pas",
    "dates.number": "GW",
}  # fmt: skip

NO_BREAK, NARROW_NO_BREAK = "\u00a0", "\u202f"


def typeset(text: str) -> str:
    r"""Text with the no-break blanks that French asks for: before : ; ? ! % », after «.

    >>> typeset("Prêt ? Oui : 90 %")
    ’Prêt\u202f? Oui\xa0: 90\xa0%’
    """
    text = re.sub(r" ([;?!])", NARROW_NO_BREAK + r"\1", text)
    text = re.sub(r" ([:%»])", NO_BREAK + r"\1", text)
    return text.replace("« ", f"«{NO_BREAK}").replace("Md $", f"Md{NO_BREAK}$")


FRENCH: dict[str, str] = {key: typeset(text) for key, text in _WORDS.items()}
